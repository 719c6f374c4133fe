// Tokenized rows as packed tensors: the only door from text to tensors. Called by training and
// evaluation.
//
// No padding is made: rows follow one another, cut by offsets. What a padded layout would have cost
// is counted beside it, because throughput in padded tokens is what other tools print.
#ifndef PLUMBLINE_HARNESS_DATA_BATCH_H_
#define PLUMBLINE_HARNESS_DATA_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "harness/data/tokenized.h"
#include "models/model.h"

namespace plumbline::data {

struct TokenCounts {
  int64_t source = 0;          // real source tokens
  int64_t target = 0;          // real target tokens (labels that carry loss)
  int64_t source_padding = 0;  // slots a layout padded to the longest row would add
  int64_t target_padding = 0;

  TokenCounts& operator+=(const TokenCounts& other);
  bool operator==(const TokenCounts&) const = default;
};

struct Batch {
  models::PackedBatch packed;
  std::vector<int64_t> rows;  // TokenizedRow::row of each item
  TokenCounts counts;
};

// Encoder-decoder batch of `rows[indices...]`, in that order. Decoder inputs are the labels shifted
// right behind decoder_start_token_id (transformers' shift_tokens_right); an ignored label becomes
// pad_token_id there. Errors: kData for an empty source or empty labels, kInternal for an index out
// of range.
Batch MakeBatch(std::span<const TokenizedRow> rows, std::span<const int64_t> indices,
                int64_t decoder_start_token_id, int64_t pad_token_id);

// Decoder-only batch: each row is input_ids + labels, loss on labels alone (inputs shifted by one),
// no source tensors; counts.source is what carries no loss.
Batch MakeCausalBatch(std::span<const TokenizedRow> rows, std::span<const int64_t> indices);

// `order` cut into consecutive groups of batch_size; the last one may be smaller. batch_size > 0.
std::vector<std::span<const int64_t>> BatchesOf(std::span<const int64_t> order, int64_t batch_size);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_BATCH_H_
