// Greedy search and sampling: transformers' _sample. Rows of an item that have ended are fed on,
// unread, until the whole item has ended: a decoder drops items, not rows.
#include <algorithm>
#include <numeric>
#include <string>

#include "harness/base/random.h"
#include "harness/eval/processors.h"
#include "harness/eval/search_batch.h"
#include "harness/eval/top_candidates.h"
#include "harness/eval/warpers.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::eval {
namespace {

struct Row {
  Ids sequence;
  bool is_done = false;
  SplitMix64 stream{0};  // of sampling: one draw a token
  WarpScratch scratch;
};

// The stream depends on the row's name and place alone, so neither batches nor other rows change
// what is drawn.
SplitMix64 StreamOf(const SearchBatch& batch, size_t item, int64_t sequence) {
  const int64_t number = batch.numbers[item];
  const auto& names = batch.options.names;
  const std::string name = names.empty() ? std::to_string(number) : names[number];
  return NamedStream(batch.options.seed, "sampling " + std::to_string(sequence) + " " + name);
}

class Search {
 public:
  explicit Search(SearchBatch batch)
      : batch_(std::move(batch)),
        rows_per_item_(batch_.config.rows_per_item()),
        scores_(0, batch_.model.vocab_size()) {
    for (size_t item = 0; item < batch_.sources.size(); ++item) {
      for (int64_t i = 0; i < rows_per_item_; ++i) {
        rows_.push_back({batch_.prefixes[item], false, StreamOf(batch_, item, i), {}});
      }
    }
  }

  std::vector<GenerationOutput> Run() {
    const auto decoder = StartDecoding(batch_);
    for (int64_t step = 0; !batch_.active.empty(); ++step) {
      scores_.TakeLogits(Feed(decoder.get()));
      at::parallel_for(0, batch_.num_rows(), 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) Advance(i, step);
      });
      DropFinished(ItemsDone(), &batch_, decoder.get());
    }
    std::vector<GenerationOutput> outputs;
    for (size_t item = 0; item < batch_.sources.size(); ++item) outputs.push_back(OutputOf(item));
    return outputs;
  }

 private:
  // Row `i` of the present numbering.
  Row& RowAt(int64_t i) {
    return rows_[batch_.active[i / rows_per_item_] * rows_per_item_ + i % rows_per_item_];
  }

  at::Tensor Feed(models::Decoder* decoder) {
    Ids tokens;
    for (int64_t i = 0; i < batch_.num_rows(); ++i) tokens.push_back(RowAt(i).sequence.back());
    Ids parents(tokens.size());
    std::iota(parents.begin(), parents.end(), 0);
    return decoder->Step(tokens, parents);
  }

  void Advance(int64_t i, int64_t step) {
    const int64_t item = batch_.active[i / rows_per_item_];
    Row& row = RowAt(i);
    if (row.is_done) return;
    const std::span<float> scores_V = scores_.Row(i);
    RequireNoNan(scores_V, step, batch_.numbers[item]);
    Process(batch_.config, batch_.lengths[item], row.sequence, &row.scratch.ids, scores_V);
    row.sequence.push_back(Choose(scores_V, &row));
    const auto& eos = batch_.config.eos_token_id;
    const bool is_eos = std::find(eos.begin(), eos.end(), row.sequence.back()) != eos.end();
    row.is_done = is_eos || std::ssize(row.sequence) >= batch_.lengths[item].max;
  }

  int64_t Choose(std::span<float> scores_V, Row* row) const {
    if (!batch_.config.do_sample) return ArgMax(scores_V);
    Warp(batch_.config, &row->scratch, scores_V);
    return DrawToken(scores_V, row->stream.Unit());
  }

  std::vector<char> ItemsDone() {
    std::vector<char> is_done(batch_.active.size(), 1);
    for (int64_t i = 0; i < batch_.num_rows(); ++i) {
      if (!RowAt(i).is_done) is_done[i / rows_per_item_] = 0;
    }
    return is_done;
  }

  GenerationOutput OutputOf(size_t item) const {
    GenerationOutput output;
    for (int64_t i = 0; i < rows_per_item_; ++i) {
      const Ids& sequence = rows_[static_cast<int64_t>(item) * rows_per_item_ + i].sequence;
      output.candidates.push_back(
          {{sequence.begin() + batch_.lengths[item].prefix, sequence.end()}, std::nullopt});
    }
    output.ids = output.candidates.front().ids;
    if (rows_per_item_ == 1) output.candidates.clear();
    return output;
  }

  SearchBatch batch_;
  int64_t rows_per_item_;
  ScoreRows scores_;
  std::vector<Row> rows_;  // of all items, ended ones included
};

}  // namespace

std::vector<GenerationOutput> TokenSearch(SearchBatch batch) {
  return Search(std::move(batch)).Run();
}

}  // namespace plumbline::eval
