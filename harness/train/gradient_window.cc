#include "harness/train/gradient_window.h"

#include <ATen/Functions.h>
#include <ATen/ops/div.h>
#include <ATen/ops/ne.h>

#include <cmath>
#include <utility>

#include "harness/base/error.h"
#include "models/nn/autocast.h"

namespace plumbline::train {
namespace {

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// The real tokens the model is handed, read from its tensors. Decoder-only rows are one sequence: the part that
// carries no loss is the source.
void Count(const TrainingMicroBatch& micro_batch, bool is_encoder_decoder, ledger::LedgerCounter& counter) {
  const models::PackedBatch& packed = micro_batch.packed;
  const int64_t source = packed.source_ids_N.defined() ? packed.source_ids_N.numel() : 0;
  const int64_t decoder = packed.decoder_input_ids_M.numel();
  ledger::MicroBatch counted;
  counted.row_ids = micro_batch.row_ids;
  counted.target_tokens = is_encoder_decoder ? decoder : micro_batch.loss_tokens;
  counted.source_tokens = is_encoder_decoder ? source : decoder - micro_batch.loss_tokens;
  counted.processed_tokens = source + decoder;
  counter.OnMicroBatch(counted);
}

at::ScalarType ScalarTypeOf(ComputeType type) {
  if (type == ComputeType::kFloat16) return at::kHalf;
  return type == ComputeType::kBFloat16 ? at::kBFloat16 : at::kFloat;
}

models::LossSums ForwardLoss(models::Model& model, const TrainingMicroBatch& micro_batch,
                             const TrainingArguments& arguments) {
  const nn::Autocast autocast(micro_batch.packed.labels_M.device(),
                              ScalarTypeOf(arguments.compute_type));
  return model.Loss(micro_batch.packed, arguments.label_smoothing_factor, /*training=*/true);
}

// What a micro-batch's loss sum is divided by.
int64_t DivisorOf(const TrainingMicroBatch& micro_batch, int64_t window_tokens, const models::Model& model,
                  const TrainingArguments& arguments) {
  const bool is_bug = arguments.loss_normalization == LossNormalization::kHfSeq2SeqBug &&
                      model.is_encoder_decoder() && arguments.label_smoothing_factor == 0;
  return is_bug ? micro_batch.loss_tokens : window_tokens;
}

}  // namespace

TrainingMicroBatch PackMicroBatch(const TrainingRows& rows, std::span<const int64_t> indices) {
  TrainingMicroBatch micro_batch;
  for (const int64_t index : indices) micro_batch.row_ids.push_back(rows.ids.at(static_cast<size_t>(index)));
  micro_batch.packed = rows.pack(indices);
  micro_batch.loss_tokens = at::ne(micro_batch.packed.labels_M, models::kIgnoredLabel).sum().item<int64_t>();
  if (micro_batch.loss_tokens == 0) {
    Fail(ErrorKind::kData, "training on the rows " + Joined(micro_batch.row_ids), "no label that carries loss",
         "at least one", "removing them");
  }
  return micro_batch;
}

WindowOutcome AddWindowGradients(models::Model& model, std::span<const TrainingMicroBatch> window,
                                 const TrainingArguments& arguments, double loss_scale,
                                 ledger::LedgerCounter& counter,
                                 const std::function<bool()>& stop) {
  int64_t window_tokens = 0;
  for (const TrainingMicroBatch& micro_batch : window) window_tokens += micro_batch.loss_tokens;
  WindowOutcome outcome;
  for (const TrainingMicroBatch& micro_batch : window) {
    const models::LossSums sums = ForwardLoss(model, micro_batch, arguments);
    PLUMBLINE_CHECK(sums.num_tokens == micro_batch.loss_tokens);
    Count(micro_batch, model.is_encoder_decoder(), counter);
    const at::Tensor loss =
        at::div(sums.loss, static_cast<double>(DivisorOf(micro_batch, window_tokens, model, arguments)));
    loss.backward(loss_scale == 1 ? at::Tensor() : at::full_like(loss, loss_scale));
    const double value = loss.item<double>();
    counter.OnBackward(value);
    outcome.loss += value;
    if (!std::isfinite(value) && outcome.nonfinite.empty()) outcome.nonfinite = Joined(micro_batch.row_ids);
    if (&micro_batch != &window.back() && stop()) {
      outcome.interrupted = true;
      return outcome;
    }
  }
  return outcome;
}

}  // namespace plumbline::train
