// T5 and mT5 for the loader: names, aliases, fresh weights.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>
#include <string_view>

#include "models/family.h"
#include "models/initialize.h"
#include "models/model_t5.h"

namespace plumbline::models {
namespace {

std::unique_ptr<Model> MakeT5(const Json& config, const Allocation& allocation) {
  return std::make_unique<T5Model>(config, T5Variant::kT5, allocation);
}

std::unique_ptr<Model> MakeMt5(const Json& config, const Allocation& allocation) {
  return std::make_unique<T5Model>(config, T5Variant::kMt5, allocation);
}

// Transformers 5.23, T5PreTrainedModel._init_weights, before the factor.
double DeviationOf(const T5Config& settings, std::string_view name) {
  const auto width = static_cast<double>(settings.d_model);
  if (name == "shared.weight" || name == "lm_head.weight") return 1;
  if (name.ends_with(".q.weight")) return 1 / std::sqrt(width * static_cast<double>(settings.d_kv));
  if (name.ends_with(".o.weight"))
    return 1 / std::sqrt(static_cast<double>(settings.inner_width()));
  if (name.ends_with(".wo.weight")) return 1 / std::sqrt(static_cast<double>(settings.d_ff));
  return 1 / std::sqrt(width);  // k, v, wi, relative_attention_bias
}

void InitializeT5(Model& model, uint64_t seed) {
  const T5Config& settings = dynamic_cast<T5Model&>(model).settings();
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : model.Parameters()) {
    if (tensor.name.ends_with("layer_norm.weight")) {
      tensor.value.fill_(settings.initializer_factor);
      continue;
    }
    const double deviation = settings.initializer_factor * DeviationOf(settings, tensor.name);
    FillNormal(tensor.value, deviation, seed, tensor.name);
  }
}

Family Describe(std::string model_type, std::string architecture) {
  Family family;
  family.model_type = std::move(model_type);
  family.architecture = std::move(architecture);
  family.names.aliases = {{"shared.weight", "encoder.embed_tokens.weight"},
                          {"shared.weight", "decoder.embed_tokens.weight"},
                          {"shared.weight", "lm_head.weight"}};
  family.names.head = Alias{"shared.weight", "lm_head.weight"};
  // Of the first conversions from Mesh TensorFlow; cross-attention has no bias.
  family.names.ignored = {
      "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"};
  family.initialize = InitializeT5;
  return family;
}

}  // namespace

Family DescribeT5() {
  Family family = Describe("t5", "T5ForConditionalGeneration");
  family.make = MakeT5;
  return family;
}

Family DescribeMt5() {
  Family family = Describe("mt5", "MT5ForConditionalGeneration");
  family.make = MakeMt5;
  return family;
}

}  // namespace plumbline::models
