// Examples as token ids, with the one set of rules for truncation and EOS. Called by training and
// generation.
//
// Source: prefix_ids + text + suffix_ids of the tokenizer's post-processor, the text cut at its end
// so that the
//   whole is at most max_source_length.
// Target: text + EOS, nothing before it (the decoder start token belongs to the batch, not to the
// labels); the
//   text is cut so that the whole is at most max_target_length and still ends with EOS. A target
//   that lost its EOS would teach a model never to stop.
// With a prompt (prompt.h) source and target of text rows are its own.
// Rows that came as ids are taken as they are; one longer than its limit is an error, for nobody
// can know what
//   its author would have cut.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZED_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZED_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/example.h"
#include "harness/data/prompt.h"
#include "harness/data/tokenizer.h"

namespace plumbline::data {

struct TokenizedRow {
  std::string fname;
  std::vector<int64_t> input_ids;
  std::vector<int64_t> labels;  // empty when the example has no reference
  int64_t row = 0;              // Example::row
};

// Tokens that the row costs the model's longest side: the source's, or source and target where the
// two are `joined` into one sequence (decoder-only models). What group_by_length sorts by.
int64_t RowLength(const TokenizedRow& row, bool joined);

struct TokenizedRows {
  std::vector<TokenizedRow> rows;  // in the order of the examples
  int64_t num_truncated_sources = 0;
  int64_t num_truncated_targets = 0;
};

struct LengthLimits {
  int64_t max_source_length = 512;
  int64_t max_target_length = 128;
};

// Ids of a source / of a target under the rules above. Errors: kData (broken UTF-8), kModel (a
// target needs an EOS and the tokenizer has none), kUsage (a limit too small for the special
// tokens).
std::vector<int64_t> EncodeSource(const Tokenizer& tokenizer, std::string_view text,
                                  int64_t max_length);
std::vector<int64_t> EncodeTarget(const Tokenizer& tokenizer, std::string_view text,
                                  int64_t max_length);

// `tokenizer` may be null when every example came as ids; a text example is then kUsage.
TokenizedRows TokenizeExamples(std::span<const Example> examples, const Tokenizer* tokenizer,
                               LengthLimits limits, const Prompt* prompt = nullptr);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZED_H_
