#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include "models/bart_config.h"
#include "models/family.h"
#include "models/initialize.h"
#include "models/model_bart.h"

namespace plumbline::models {
namespace {

std::unique_ptr<Model> MakeBart(const Json& config, const Allocation& allocation) {
  return std::make_unique<BartModel>(config, allocation.weights);
}

// Transformers 5.23, PreTrainedModel._init_weights: normal matrices and tables, norms 1 and 0,
// biases 0, pad row 0.
void InitializeBart(Model& model, uint64_t seed) {
  const BartConfig settings = ReadBartConfig(model.config());
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : model.Parameters()) {
    if (tensor.name.ends_with(".bias")) {
      tensor.value.zero_();
    } else if (tensor.name.ends_with("norm.weight") ||
               tensor.name.ends_with("layernorm_embedding.weight")) {
      tensor.value.fill_(1);
    } else {
      FillNormal(tensor.value, settings.init_std, seed, tensor.name);
    }
    if (tensor.name == "model.shared.weight" && settings.pad_token_id)
      tensor.value[*settings.pad_token_id].zero_();
  }
  for (const NamedTensor& buffer : model.Buffers()) buffer.value.zero_();
}

}  // namespace

Family DescribeBart() {
  return {.model_type = "bart",
          .architecture = "BartForConditionalGeneration",
          .names = {.base_prefix = "model.",
                    .aliases = {{"model.shared.weight", "lm_head.weight"},
                                {"model.shared.weight", "model.encoder.embed_tokens.weight"},
                                {"model.shared.weight", "model.decoder.embed_tokens.weight"}},
                    .head = std::nullopt,
                    .optional = {"final_logits_bias"},
                    .ignored = {"model.encoder.version", "model.decoder.version"}},
          .make = MakeBart,
          .initialize = InitializeBart};
}

}  // namespace plumbline::models
