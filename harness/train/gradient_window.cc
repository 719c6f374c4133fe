#include "harness/train/gradient_window.h"

#include <ATen/Functions.h>
#include <ATen/ops/div.h>
#include <ATen/ops/ne.h>

#include <cmath>
#include <map>
#include <utility>

#include "harness/base/error.h"
#include "harness/train/shared_work.h"
#include "models/adapt/adapter.h"
#include "models/nn/autocast.h"

namespace plumbline::train {
namespace {

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// The real tokens that this process's rows hand to the model, read from its tensors.
void CountTokens(bool is_encoder_decoder, TrainingMicroBatch& micro_batch) {
  const models::PackedBatch& packed = micro_batch.packed;
  const int64_t source = packed.source_ids_N.defined() ? packed.source_ids_N.numel() : 0;
  const int64_t decoder = packed.decoder_input_ids_M.numel();
  micro_batch.own_loss_tokens = at::ne(packed.labels_M, models::kIgnoredLabel).sum().item<int64_t>();
  micro_batch.loss_tokens = micro_batch.own_loss_tokens;
  micro_batch.target_tokens = is_encoder_decoder ? decoder : micro_batch.loss_tokens;
  micro_batch.source_tokens = is_encoder_decoder ? source : decoder - micro_batch.loss_tokens;
  micro_batch.processed_tokens = source + decoder;
}

// From this process's tokens to everybody's.
void SumTokens(std::vector<TrainingMicroBatch>& window, world::World& world) {
  if (world.size() == 1) return;
  std::vector<int64_t> counts;
  for (const TrainingMicroBatch& one : window) {
    counts.insert(counts.end(),
                  {one.source_tokens, one.target_tokens, one.processed_tokens, one.loss_tokens});
  }
  world.Sum(counts);
  for (size_t i = 0; i < window.size(); ++i) {
    window[i].source_tokens = counts[4 * i];
    window[i].target_tokens = counts[4 * i + 1];
    window[i].processed_tokens = counts[4 * i + 2];
    window[i].loss_tokens = counts[4 * i + 3];
  }
}

void Count(const TrainingMicroBatch& micro_batch, double loss, ledger::LedgerCounter& counter) {
  counter.OnMicroBatch({.row_ids = micro_batch.row_ids,
                        .source_tokens = micro_batch.source_tokens,
                        .target_tokens = micro_batch.target_tokens,
                        .processed_tokens = micro_batch.processed_tokens});
  counter.OnBackward(loss);
}

at::ScalarType ScalarTypeOf(ComputeType type) {
  if (type == ComputeType::kFloat16) return at::kHalf;
  return type == ComputeType::kBFloat16 ? at::kBFloat16 : at::kFloat;
}

models::LossSums ForwardLoss(models::Model& model, const TrainingMicroBatch& micro_batch,
                             const TrainingArguments& arguments) {
  const nn::Autocast autocast(model.device(),
                              ScalarTypeOf(arguments.compute_type));
  return model.Loss(micro_batch.packed, arguments.label_smoothing_factor, /*training=*/true);
}

// What a micro-batch's loss sum is divided by.
int64_t DivisorOf(const TrainingMicroBatch& micro_batch, int64_t window_tokens, const models::Model& model,
                  const TrainingArguments& arguments) {
  const auto normalization = NormalizationInForce(arguments, model.is_encoder_decoder());
  return normalization == LossNormalization::kTokens ? window_tokens : micro_batch.loss_tokens;
}

// The tokens over what their losses were divided by; exact where all divisors are one number.
double WeightOf(const std::map<int64_t, int64_t>& tokens_by_divisor) {
  double weight = 0;
  for (const auto& [divisor, tokens] : tokens_by_divisor)
    weight += static_cast<double>(tokens) / static_cast<double>(divisor);
  return weight;
}

}  // namespace

std::vector<TrainingMicroBatch> PackWindow(const TrainingRows& rows,
                                           std::span<const std::vector<int64_t>> batches,
                                           bool is_encoder_decoder, world::World& world) {
  std::vector<TrainingMicroBatch> window;
  for (const std::vector<int64_t>& batch : batches) {
    TrainingMicroBatch micro_batch;
    for (const int64_t row : batch) micro_batch.row_ids.push_back(rows.ids.at(static_cast<size_t>(row)));
    const world::Share share = world::ShareOf(batch.size(), world);
    if (share.begin < share.end) {
      micro_batch.packed = rows.pack(std::span(batch).subspan(share.begin, share.end - share.begin));
      CountTokens(is_encoder_decoder, micro_batch);
    }
    window.push_back(std::move(micro_batch));
  }
  SumTokens(window, world);
  for (const TrainingMicroBatch& micro_batch : window) {
    if (micro_batch.loss_tokens > 0) continue;
    Fail(ErrorKind::kData, "training on the rows " + Joined(micro_batch.row_ids), "no label that carries loss",
         "at least one", "removing them");
  }
  return window;
}

WindowOutcome AddWindowGradients(models::Model& model, std::span<const TrainingMicroBatch> window,
                                 const TrainingArguments& arguments, double loss_scale,
                                 ledger::LedgerCounter& counter, world::World& world,
                                 const std::function<bool()>& stop) {
  int64_t window_tokens = 0;
  for (const TrainingMicroBatch& micro_batch : window) window_tokens += micro_batch.loss_tokens;
  WindowOutcome outcome;
  std::vector<double> losses;  // one a micro-batch, then whether to end
  std::map<int64_t, int64_t> tokens_by_divisor;
  for (const TrainingMicroBatch& micro_batch : window) {
    losses.push_back(0);
    const int64_t divisor = DivisorOf(micro_batch, window_tokens, model, arguments);
    tokens_by_divisor[divisor] += micro_batch.loss_tokens;
    if (micro_batch.own_loss_tokens > 0) {
      const models::LossSums sums = ForwardLoss(model, micro_batch, arguments);
      PLUMBLINE_CHECK(sums.num_tokens == micro_batch.own_loss_tokens);
      const at::Tensor loss = at::div(sums.loss, static_cast<double>(divisor));
      loss.backward(loss_scale == 1 ? at::Tensor() : at::full_like(loss, loss_scale));
      losses.back() = loss.item<double>();
    }
    if (world.size() == 1 && &micro_batch != &window.back() && stop()) {
      outcome.interrupted = true;
      return outcome;
    }
  }
  losses.push_back(stop() ? 1 : 0);
  world.Sum(losses);
  SumGradients(models::AllParameters(model), world);
  outcome.ending = losses.back() > 0;
  counter.OnLossWeight(WeightOf(tokens_by_divisor));
  for (size_t i = 0; i < window.size(); ++i) {
    Count(window[i], losses[i], counter);
    outcome.loss += losses[i];
    if (!std::isfinite(losses[i]) && outcome.nonfinite.empty()) outcome.nonfinite = Joined(window[i].row_ids);
  }
  return outcome;
}

}  // namespace plumbline::train
