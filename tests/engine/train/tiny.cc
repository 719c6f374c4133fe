#include "tests/engine/train/tiny.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/log_softmax.h>

#include "harness/base/error.h"
#include "harness/base/random.h"
#include "harness/data/batch.h"
#include "tests/testing/device/test_device.h"

namespace plumbline::testing {
namespace {

constexpr int64_t kStart = 1, kPad = 3, kEos = 1;

}  // namespace

BiasModel::BiasModel(bool is_encoder_decoder)
    : logits_V(at::linspace(-1, 1, kVocabulary, at::kFloat).requires_grad_(true)),
      config_({{"model_type", "bias"}}),
      is_encoder_decoder_(is_encoder_decoder) {}

at::Tensor BiasModel::Logits(const models::PackedBatch& batch) {
  return logits_V.unsqueeze(0).expand({batch.labels_M.numel(), kVocabulary});
}

models::LossSums BiasModel::Loss(const models::PackedBatch& batch, double label_smoothing_factor, bool) {
  const at::Tensor labels = batch.labels_M.masked_select(batch.labels_M.ne(models::kIgnoredLabel));
  const at::Tensor log_p_V = at::log_softmax(logits_V, 0);
  const at::Tensor nll = -log_p_V.index_select(0, labels).sum();
  const at::Tensor smooth = -log_p_V.sum() * static_cast<double>(labels.numel());
  models::LossSums sums;
  sums.loss = (1 - label_smoothing_factor) * nll + label_smoothing_factor * smooth / kVocabulary;
  if (batch.source_ids_N.defined() && batch.source_ids_N.eq(kPoison).any().item<bool>()) {
    sums.loss = sums.loss / 0.0;
  }
  sums.nll_sum = nll.item<double>();
  sums.num_tokens = labels.numel();
  return sums;
}

std::unique_ptr<models::Decoder> BiasModel::StartDecoding(const std::vector<std::vector<int64_t>>&, int64_t,
                                                          int64_t) {
  Fail(ErrorKind::kInternal, "decoding", "a model for training tests", "a real one", "TinyBart");
}

std::unique_ptr<models::Model> TinyBart(double dropout) {
  const Json config = {{"model_type", "bart"},          {"vocab_size", 12},
                       {"d_model", 8},                  {"max_position_embeddings", 16},
                       {"encoder_layers", 2},           {"decoder_layers", 2},
                       {"encoder_attention_heads", 2},  {"decoder_attention_heads", 2},
                       {"encoder_ffn_dim", 16},         {"decoder_ffn_dim", 16},
                       {"dropout", dropout},            {"attention_dropout", 0.0},
                       {"activation_dropout", dropout}, {"pad_token_id", kPad},
                       {"bos_token_id", 0},             {"eos_token_id", kEos},
                       {"decoder_start_token_id", kStart}};
  return models::InitializeModel(config, 3, TestDevice());
}

std::vector<data::TokenizedRow> SeededRows(int64_t count, int64_t target_length) {
  SplitMix64 draw = NamedStream(5, "tests/rows");
  const auto id = [&] { return static_cast<int64_t>(4 + draw.Below(7)); };
  std::vector<data::TokenizedRow> rows;
  for (int64_t i = 0; i < count; ++i) {
    data::TokenizedRow row;
    row.fname = "row_" + std::to_string(i);
    row.row = i;
    row.input_ids.resize(1 + draw.Below(9));
    for (int64_t& token : row.input_ids) token = id();
    row.labels.resize(target_length > 0 ? static_cast<size_t>(target_length) : 2 + draw.Below(5));
    for (int64_t& token : row.labels) token = id();
    row.labels.back() = kEos;
    rows.push_back(std::move(row));
  }
  return rows;
}

train::TrainingRows RowsOf(std::vector<data::TokenizedRow> rows) {
  train::TrainingRows training;
  for (const data::TokenizedRow& row : rows) {
    training.ids.push_back(row.fname);
    training.source_lengths.push_back(static_cast<int64_t>(row.input_ids.size()));
  }
  auto kept = std::make_shared<std::vector<data::TokenizedRow>>(std::move(rows));
  training.pack = [kept](std::span<const int64_t> indices) {
    return data::MakeBatch(*kept, indices, kStart, kPad).packed;
  };
  return training;
}

train::TrainingArguments QuickArguments() {
  train::TrainingArguments arguments;
  arguments.per_device_train_batch_size = 2;
  arguments.num_train_epochs = 1;
  arguments.learning_rate = 0.1;
  arguments.lr_scheduler_type = "constant";
  arguments.logging_steps = 1;
  arguments.threads = 1;
  return arguments;
}

at::Tensor FlatWeights(const models::Model& model) {
  std::vector<at::Tensor> flat;
  for (const models::NamedTensor& parameter : model.Parameters()) flat.push_back(parameter.value.detach().flatten());
  return at::cat(flat).cpu();
}

}  // namespace plumbline::testing
