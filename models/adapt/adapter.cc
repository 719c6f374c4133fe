// Legend: R rank, I input width, O output width of a map.
#include "models/adapt/adapter.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/random.h"
#include "models/named_linear.h"

namespace plumbline::models {
namespace {

// PEFT: kaiming_uniform_(a=sqrt(5)).
void FillUniform(const at::Tensor& a_RI, uint64_t seed, const std::string& name) {
  if (a_RI.is_meta()) return;
  SplitMix64 stream = NamedStream(seed, "lora/" + name);
  const double bound = 1 / std::sqrt(static_cast<double>(a_RI.size(1)));
  const at::Tensor values = at::empty(a_RI.sizes(), at::kFloat);
  float* out = values.data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i)
    out[i] = static_cast<float>((2 * stream.Unit() - 1) * bound);
  a_RI.copy_(values);
}

nn::LowRank Factors(const nn::Linear& linear, const AdaptedModule& module, double dropout) {
  const at::TensorOptions options =
      linear.weight_OI.options().dtype(at::kFloat).requires_grad(false);
  nn::LowRank low_rank;
  low_rank.a_RI = at::zeros({module.rank, linear.weight_OI.size(1)}, options);
  low_rank.b_OR = at::zeros({linear.weight_OI.size(0), module.rank}, options);
  low_rank.scale = module.scale;
  low_rank.dropout = dropout;
  return low_rank;
}

// The map, when an adapter is attached to it.
const nn::LowRank* LowRankOf(const NamedLinear& map) {
  const auto& slot = map.linear.slot;
  return slot && slot->low_rank ? &*slot->low_rank : nullptr;
}

std::vector<NamedTensor> FactorTensors(const Model& model) {
  std::vector<NamedTensor> tensors;
  for (const NamedLinear& map : model.Linears()) {
    const nn::LowRank* low_rank = LowRankOf(map);
    if (low_rank == nullptr) continue;
    tensors.push_back({map.name + ".lora_A.weight", low_rank->a_RI});
    tensors.push_back({map.name + ".lora_B.weight", low_rank->b_OR});
  }
  return tensors;
}

void RequireUnquantized(const Model& model) {
  bool is_quantized = model.config().contains("quantization_config");
  for (const NamedLinear& map : model.Linears()) is_quantized = is_quantized || map.linear.is_four_bit();
  if (!is_quantized) return;
  RefuseToMerge("weights quantized in 4 bits",
                "merging into the unquantized base, or keeping the adapter apart");
}

}  // namespace

void RefuseToMerge(const std::string& found, const std::string& instead) {
  Fail(ErrorKind::kUsage, "merging an adapter", found,
       "weights that can hold the sum: rounding it to 4 bits again would change the model",
       instead);
}

ModuleNames ModuleNamesOf(const Model& model) {
  ModuleNames names;
  names.model_type = model.config().value("model_type", "");
  for (const NamedLinear& map : model.Linears()) names.linears.push_back(map.name);
  for (const NamedTensor& parameter : model.Parameters())
    names.parameters.push_back(parameter.name);
  return names;
}

AdapterPlan AttachAdapter(Model& model, const LoraConfig& config, uint64_t seed,
                          const std::string& base) {
  if (!model.adapter_config().is_null()) {
    Fail(ErrorKind::kUsage, "attaching an adapter", "a model that carries one already",
         "one adapter", "model.adapter or lora.r, not both");
  }
  AdapterPlan plan = PlanAdapter(config, ModuleNamesOf(model));
  const at::NoGradGuard no_grad;
  const std::set<std::string> saved(plan.saved.begin(), plan.saved.end());
  for (const NamedTensor& parameter : model.Parameters()) {
    parameter.value.set_requires_grad(saved.contains(parameter.name));
  }
  std::map<std::string, const AdaptedModule*> wanted;
  for (const AdaptedModule& module : plan.modules) wanted.emplace(module.name, &module);
  for (const NamedLinear& map : model.Linears()) {
    const auto found = wanted.find(map.name);
    if (found == wanted.end()) continue;
    PLUMBLINE_CHECK(map.linear.slot != nullptr);
    nn::LowRank low_rank = Factors(map.linear, *found->second, config.dropout);
    FillUniform(low_rank.a_RI, seed, map.name);
    low_rank.a_RI.set_requires_grad(true);
    low_rank.b_OR.set_requires_grad(true);
    map.linear.slot->low_rank = std::move(low_rank);
  }
  LoraConfig stored = config;
  stored.target_modules = plan.target_modules;
  model.set_adapter_config(ToPeft(stored, model.is_encoder_decoder(), base));
  return plan;
}

std::vector<NamedTensor> AdapterTensors(const Model& model) {
  PLUMBLINE_CHECK(!model.adapter_config().is_null());
  const AdapterPlan plan =
      PlanAdapter(LoraConfigFromPeft(model.adapter_config(), "the model's adapter"),
                  ModuleNamesOf(model));
  const std::set<std::string> saved(plan.saved.begin(), plan.saved.end());
  std::vector<NamedTensor> tensors = FactorTensors(model);
  for (const NamedTensor& parameter : model.Parameters()) {
    if (saved.contains(parameter.name)) tensors.push_back(parameter);
  }
  return tensors;
}

std::vector<std::string> AdapterModules(const Model& model) {
  std::vector<std::string> modules;
  for (const NamedLinear& map : model.Linears()) {
    const nn::LowRank* low_rank = LowRankOf(map);
    if (low_rank != nullptr && low_rank->a_RI.requires_grad() && low_rank->b_OR.requires_grad())
      modules.push_back(map.name);
  }
  std::sort(modules.begin(), modules.end());
  return modules;
}

std::vector<NamedTensor> AllParameters(const Model& model) {
  std::vector<NamedTensor> all = model.Parameters();
  for (NamedTensor& factor : FactorTensors(model)) all.push_back(std::move(factor));
  return all;
}

void MergeAdapter(Model& model) {
  if (model.adapter_config().is_null()) {
    Fail(ErrorKind::kUsage, "merging an adapter", "a model without one", "an adapter",
         "model.adapter");
  }
  RequireUnquantized(model);
  const at::NoGradGuard no_grad;
  for (const NamedLinear& map : model.Linears()) {
    const nn::LowRank* low_rank = LowRankOf(map);
    if (low_rank == nullptr) continue;
    const at::Tensor delta_OI = at::mm(low_rank->b_OR, low_rank->a_RI).mul_(low_rank->scale);
    map.linear.weight_OI.add_(delta_OI.to(map.linear.weight_OI.scalar_type()));
    map.linear.slot->low_rank.reset();
  }
  model.set_adapter_config(nullptr);
}

}  // namespace plumbline::models
