// The rows a speed measurement runs on: drawn from a seed, or read from a file, so that other
// tools can be timed on exactly the same ids. Called by the verb `bench` and by tests/perf; knows
// no model and no clock.
#ifndef PLUMBLINE_HARNESS_MEASURE_INPUTS_H_
#define PLUMBLINE_HARNESS_MEASURE_INPUTS_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/tokenized.h"

namespace plumbline::measure {

// Lengths in tokens, both ends included.
struct LengthRange {
  int64_t least = 1;
  int64_t most = 1;
};

// "64:512" or "128". Errors: kUsage, naming `flag`.
LengthRange LengthRangeFrom(std::string_view text, const std::string& flag);

struct InputOptions {
  int64_t rows = 64;
  LengthRange source = {64, 256};
  LengthRange target = {32, 32};
  uint64_t seed = 42;
  int64_t vocab_size = 0;
  std::vector<int64_t> reserved;  // ids with a meaning (padding, start, end): never drawn
  int64_t end_id = 0;             // the last label of each row
};

// Rows "bench-0", ...: lengths uniform over their ranges, ids uniform over the vocabulary without
// `reserved`. A row does not depend on the number of rows. Errors: kUsage for a vocabulary without
// an ordinary id.
std::vector<data::TokenizedRow> MakeInputs(const InputOptions& options);

// JSON lines {"fname","input_ids","labels"}, the project's own form of rows without a tokenizer.
void WriteInputs(const std::filesystem::path& path, const std::vector<data::TokenizedRow>& rows);

// Such a file. Errors: kData as LoadDataset; kUsage when an id is outside the vocabulary.
std::vector<data::TokenizedRow> ReadInputs(const std::filesystem::path& path, int64_t vocab_size);

}  // namespace plumbline::measure

#endif  // PLUMBLINE_HARNESS_MEASURE_INPUTS_H_
