#include "tests/engine/precision/families.h"

#include <ATen/Parallel.h>

#include "harness/base/json.h"
#include "models/nn/autocast.h"
#include "tests/testing/device/test_device.h"

namespace plumbline::testing {
namespace {

Json BartConfig(const FamilyOptions& options) {
  return {{"model_type", "bart"}, {"vocab_size", 61}, {"d_model", options.width},
          {"encoder_layers", options.layers}, {"decoder_layers", options.layers},
          {"encoder_attention_heads", 2}, {"decoder_attention_heads", 2},
          {"encoder_ffn_dim", 2 * options.width}, {"decoder_ffn_dim", 2 * options.width},
          {"max_position_embeddings", 256}, {"dropout", options.dropout},
          {"attention_dropout", options.dropout}, {"activation_dropout", options.dropout},
          {"activation_function", "gelu"}, {"pad_token_id", 3}, {"eos_token_id", 1},
          {"decoder_start_token_id", 1}};
}

Json T5Config(const std::string& family, const FamilyOptions& options) {
  return {{"model_type", family}, {"vocab_size", 61}, {"d_model", options.width}, {"d_kv", 8},
          {"d_ff", 2 * options.width}, {"num_layers", options.layers},
          {"num_decoder_layers", options.layers}, {"num_heads", 2},
          {"dropout_rate", options.dropout}, {"feed_forward_proj", "gated-gelu"},
          {"pad_token_id", 0}, {"eos_token_id", 1}, {"decoder_start_token_id", 0}};
}

Json CausalConfig(const std::string& family, const FamilyOptions& options) {
  return {{"model_type", family}, {"vocab_size", 61}, {"hidden_size", options.width},
          {"intermediate_size", 2 * options.width}, {"num_hidden_layers", options.layers},
          {"num_attention_heads", 4}, {"num_key_value_heads", 2}, {"head_dim", 8},
          {"attention_dropout", options.dropout}, {"tie_word_embeddings", true},
          {"max_position_embeddings", 512}, {"rms_norm_eps", 1e-6}, {"hidden_act", "silu"},
          {"pad_token_id", 1}, {"bos_token_id", 0}, {"eos_token_id", 2}};
}

Json ConfigOf(const std::string& family, const FamilyOptions& options) {
  if (family == "bart") return BartConfig(options);
  return family.ends_with("t5") ? T5Config(family, options) : CausalConfig(family, options);
}

at::Tensor Ids(int64_t count) { return at::randint(4, 60, {count}, at::kLong); }

}  // namespace

std::unique_ptr<models::Model> FreshModel(const std::string& family,
                                          const FamilyOptions& options) {
  at::set_num_threads(1);
  return models::InitializeModel(ConfigOf(family, options), 11, TestDevice());
}

models::PackedBatch RowsFor(const models::Model& model, int64_t items, int64_t length) {
  at::manual_seed(23);
  models::PackedBatch batch;
  batch.target_offsets = {0};
  for (int64_t i = 0; i < items; ++i) {
    batch.target_offsets.push_back(batch.target_offsets.back() + length - i % 3);
  }
  const int64_t tokens = batch.target_offsets.back();
  batch.decoder_input_ids_M = Ids(tokens);
  batch.labels_M = Ids(tokens);
  batch.source_ids_N = model.is_encoder_decoder() ? Ids(tokens) : Ids(0);
  batch.source_offsets =
      model.is_encoder_decoder() ? batch.target_offsets : std::vector<int64_t>{0};
  return batch;
}

StepValues RunStep(models::Model& model, const models::PackedBatch& batch,
                   at::ScalarType compute) {
  for (const models::NamedTensor& parameter : model.Parameters()) {
    parameter.value.mutable_grad().reset();
  }
  at::manual_seed(5);
  StepValues values;
  at::Tensor loss;
  {
    const nn::Autocast autocast(model.device(), compute);
    loss = model.Loss(batch, 0.0, /*training=*/true).loss / batch.labels_M.numel();
  }
  loss.backward();
  values.loss = loss.item<double>();
  for (const models::NamedTensor& parameter : model.Parameters()) {
    values.gradients[parameter.name] = parameter.value.grad().cpu().clone();
  }
  values.next_draw = at::rand({}).item<double>();
  return values;
}

}  // namespace plumbline::testing
