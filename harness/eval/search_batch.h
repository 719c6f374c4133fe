// What every search over a batch of items shares: the items with their lengths, the decoder's rows,
// the scores on the host. Called by the searches alone; knows nothing of how a token is chosen.
//
// Legend: B items, R rows (items x rows an item), V vocabulary.
#ifndef PLUMBLINE_HARNESS_EVAL_SEARCH_BATCH_H_
#define PLUMBLINE_HARNESS_EVAL_SEARCH_BATCH_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "harness/eval/generator.h"

namespace plumbline::eval {

using Ids = std::vector<int64_t>;

struct SearchBatch {
  models::Model& model;
  const GenerationConfig& config;
  const GenerationOptions& options;
  std::vector<Ids> sources;
  std::vector<int64_t> numbers;          // of the sources among all, for messages and streams
  std::vector<Ids> prefixes;             // decoder start token, or prompt
  std::vector<SequenceLengths> lengths;  // one an item
  std::vector<int64_t> active;           // items whose search goes on, ascending

  int64_t num_rows() const { return std::ssize(active) * config.rows_per_item(); }
};

// The items `numbers` of all sources.
SearchBatch MakeBatch(models::Model& model, const GenerationConfig& config,
                      const GenerationOptions& options, const std::vector<Ids>& all_sources,
                      std::span<const int64_t> numbers);

std::unique_ptr<models::Decoder> StartDecoding(const SearchBatch& batch);

// Takes finished items out of the batch and out of the decoder. `is_done`: one flag an active item.
void DropFinished(const std::vector<char>& is_done, SearchBatch* batch, models::Decoder* decoder);

// Rows of scores on the host, in one buffer that lives as long as the batch.
class ScoreRows {
 public:
  ScoreRows(int64_t num_rows, int64_t vocab_size);
  void TakeLogits(const at::Tensor& logits_RV);
  void TakeLogProbs(const at::Tensor& logits_RV);
  std::span<float> Row(int64_t row) {
    return {rows_ + row * vocab_size_, static_cast<size_t>(vocab_size_)};
  }

 private:
  int64_t vocab_size_;
  at::Tensor log_probs_RV_;
  at::Tensor rows_RV_;
  float* rows_ = nullptr;
};

// One token after another: the best one (greedy) or a drawn one. One output an item.
std::vector<GenerationOutput> TokenSearch(SearchBatch batch);
// num_beams hypotheses an item.
std::vector<GenerationOutput> BeamSearch(SearchBatch batch);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_SEARCH_BATCH_H_
