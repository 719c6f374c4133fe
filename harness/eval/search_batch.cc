#include "harness/eval/search_batch.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log_softmax.h>

#include <algorithm>
#include <numeric>

#include "harness/base/error.h"

namespace plumbline::eval {

SearchBatch MakeBatch(models::Model& model, const GenerationConfig& config,
                      const GenerationOptions& options, const std::vector<Ids>& all_sources,
                      std::span<const int64_t> numbers) {
  SearchBatch batch{model, config, options, {}, {numbers.begin(), numbers.end()}, {}, {}, {}};
  const ModelLimits limits = LimitsOf(model);
  for (const int64_t number : numbers) {
    const Ids& source = batch.sources.emplace_back(all_sources[number]);
    batch.prefixes.push_back(limits.is_encoder_decoder ? Ids{DecoderStartToken(config)} : source);
    batch.lengths.push_back(LengthsOf(config, limits, std::ssize(batch.prefixes.back())));
  }
  batch.active.resize(batch.sources.size());
  std::iota(batch.active.begin(), batch.active.end(), 0);
  return batch;
}

std::unique_ptr<models::Decoder> StartDecoding(const SearchBatch& batch) {
  int64_t num_steps = 0;
  for (const SequenceLengths& length : batch.lengths) {
    num_steps = std::max(num_steps, length.new_tokens());
  }
  return batch.model.StartDecoding(batch.sources, batch.config.rows_per_item(), num_steps);
}

void DropFinished(const std::vector<char>& is_done, SearchBatch* batch, models::Decoder* decoder) {
  std::vector<int64_t> survivors;
  std::vector<int64_t> active;
  for (size_t i = 0; i < is_done.size(); ++i) {
    if (is_done[i]) continue;
    survivors.push_back(static_cast<int64_t>(i));
    active.push_back(batch->active[i]);
  }
  if (!survivors.empty() && survivors.size() < is_done.size()) decoder->KeepItems(survivors);
  batch->active = std::move(active);
}

ScoreRows::ScoreRows(int64_t num_rows, int64_t vocab_size)
    : vocab_size_(vocab_size), log_probs_RV_(at::empty({num_rows, vocab_size}, at::kFloat)) {}

void ScoreRows::TakeLogits(const at::Tensor& logits_RV) {
  PLUMBLINE_CHECK(logits_RV.scalar_type() == at::kFloat && logits_RV.size(1) == vocab_size_);
  rows_RV_ = logits_RV.to(at::kCPU).contiguous();
  rows_ = rows_RV_.data_ptr<float>();
}

void ScoreRows::TakeLogProbs(const at::Tensor& logits_RV) {
  if (!logits_RV.is_cpu()) return TakeLogits(at::log_softmax(logits_RV, 1));
  rows_RV_ = log_probs_RV_.narrow(0, 0, logits_RV.size(0));
  at::_log_softmax_out(rows_RV_, logits_RV, 1, false);
  rows_ = rows_RV_.data_ptr<float>();
}

}  // namespace plumbline::eval
