#include "harness/run/trained_part.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/run/settings.h"
#include "models/adapt/adapter.h"
#include "models/named_linear.h"

namespace plumbline::run {
namespace {

std::vector<std::string> TextsOf(const config::Resolved& config, const char* key) {
  return config.Has(key) ? config.Texts(key) : std::vector<std::string>();
}

// "PATTERN=VALUE"; the pattern may hold a '=' itself.
template <typename Parse>
auto PatternsOf(const config::Resolved& config, const char* key, const Parse& parse) {
  std::map<std::string, typename decltype(parse(std::string_view()))::value_type> patterns;
  for (const std::string& text : TextsOf(config, key)) {
    const size_t equals = text.rfind('=');
    const auto value = equals == std::string::npos || equals == 0
                           ? decltype(parse(std::string_view()))()
                           : parse(std::string_view(text).substr(equals + 1));
    if (!value || !(*value > 0)) {
      Fail(ErrorKind::kUsage, std::string("reading ") + key, Quoted(text),
           "PATTERN=VALUE with a value above 0", "a line such as \"mlp.down_proj=8\"");
    }
    patterns[text.substr(0, equals)] = *value;
  }
  return patterns;
}

using Shape = std::tuple<std::string, int64_t, double>;

std::vector<Shape> ShapesOf(const models::AdapterPlan& plan) {
  std::vector<Shape> shapes;
  for (const models::AdaptedModule& module : plan.modules)
    shapes.emplace_back(module.name, module.rank, module.scale);
  return shapes;
}

// An adapter that goes on keeps its own settings; others beside it must say the same.
void RequireSameSettings(const config::Resolved& config, const models::Model& model,
                         const models::AdapterPlan& loaded) {
  if (!config.Has("lora.r")) return;
  const models::LoraConfig asked = LoraConfigOf(config);
  const models::AdapterPlan plan = models::PlanAdapter(asked, models::ModuleNamesOf(model));
  const models::LoraConfig own =
      models::LoraConfigFromPeft(model.adapter_config(), "model.adapter");
  if (ShapesOf(plan) == ShapesOf(loaded) && plan.saved == loaded.saved &&
      asked.dropout == own.dropout)
    return;
  Fail(ErrorKind::kUsage, "continuing the adapter of model.adapter",
       "settings under lora.* that are not the adapter's own", "none, or the same",
       "removing lora.*, or model.adapter for a fresh adapter");
}

int64_t PlannedParameters(const models::AdapterPlan& plan, const models::Model& model) {
  std::map<std::string, int64_t> rank_of;
  for (const models::AdaptedModule& module : plan.modules) rank_of[module.name] = module.rank;
  int64_t count = 0;
  for (const models::NamedLinear& map : model.Linears()) {
    const auto found = rank_of.find(map.name);
    if (found == rank_of.end()) continue;
    count += found->second * (map.linear.weight_OI.size(0) + map.linear.weight_OI.size(1));
  }
  const std::set<std::string> saved(plan.saved.begin(), plan.saved.end());
  for (const models::NamedTensor& parameter : model.Parameters()) {
    if (saved.contains(parameter.name)) count += parameter.value.numel();
  }
  return count;
}

}  // namespace

models::LoraConfig LoraConfigOf(const config::Resolved& config) {
  models::LoraConfig lora;
  lora.r = config.Int("lora.r");
  lora.alpha = config.Number("lora.alpha");
  lora.dropout = config.Number("lora.dropout");
  lora.use_rslora = config.Bool("lora.use_rslora");
  if (config.Has("lora.target_modules")) lora.target_modules = config.Value("lora.target_modules");
  lora.modules_to_save = TextsOf(config, "lora.modules_to_save");
  lora.rank_pattern = PatternsOf(config, "lora.rank_pattern", ParseInt);
  lora.alpha_pattern = PatternsOf(config, "lora.alpha_pattern", ParseDouble);
  return lora;
}

TrainedPart ChooseTrainedPart(const config::Resolved& config, models::Model& model) {
  const bool continues = config.Has("model.adapter");
  if (!continues && !config.Has("lora.r")) {
    for (const models::NamedTensor& parameter : model.Parameters())
      parameter.value.set_requires_grad(true);
    return {};
  }
  models::AdapterPlan plan;
  if (continues) {
    plan = models::LoadAdapter(model, PathOf(config, "model.adapter"), /*trainable=*/true);
    RequireSameSettings(config, model, plan);
  } else {
    plan = models::AttachAdapter(model, LoraConfigOf(config),
                                 static_cast<uint64_t>(config.Int("training.seed")),
                                 config.Text("model.path"));
  }
  TrainedPart part;
  for (const models::AdaptedModule& module : plan.modules)
    part.adapter_modules.push_back(module.name);
  std::sort(part.adapter_modules.begin(), part.adapter_modules.end());
  part.trainable_parameters = PlannedParameters(plan, model);
  part.layers_without_adapter = plan.layers_without_adapter;
  return part;
}

}  // namespace plumbline::run
