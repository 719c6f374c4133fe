#include "models/causal_family.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <utility>

#include "models/initialize.h"

namespace plumbline::models {
namespace {

// Transformers 5.23, PreTrainedModel._init_weights: normal matrices and tables, norms 1, biases 0,
// pad row 0.
void InitializeCausal(Model& model, uint64_t seed) {
  const CausalConfig& settings = dynamic_cast<CausalModel&>(model).settings();
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : model.Parameters()) {
    if (tensor.name.ends_with(".bias")) {
      tensor.value.zero_();
    } else if (tensor.name.ends_with("norm.weight")) {
      tensor.value.fill_(1);
    } else {
      FillNormal(tensor.value, settings.initializer_range, seed, tensor.name);
    }
    if (tensor.name == "model.embed_tokens.weight" && settings.pad_token_id) {
      tensor.value[*settings.pad_token_id].zero_();
    }
  }
}

}  // namespace

Family CausalFamily(std::string model_type, std::string architecture,
                    std::unique_ptr<Model> (*make)(const Json& config,
                                                   const Allocation& allocation)) {
  Family family;
  family.model_type = std::move(model_type);
  family.architecture = std::move(architecture);
  family.names.base_prefix = "model.";
  family.names.head = Alias{"model.embed_tokens.weight", "lm_head.weight"};
  family.names.aliases = {*family.names.head};
  family.names.ignored_endings = {".rotary_emb.inv_freq"};  // saved by transformers before 4.32
  family.make = make;
  family.initialize = InitializeCausal;
  return family;
}

}  // namespace plumbline::models
