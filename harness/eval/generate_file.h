// From tokenized rows to a file of predictions: what the verb `generate` does once everything is
// loaded. Knows nothing of configurations or command lines.
#ifndef PLUMBLINE_HARNESS_EVAL_GENERATE_FILE_H_
#define PLUMBLINE_HARNESS_EVAL_GENERATE_FILE_H_

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "harness/data/tokenized.h"
#include "harness/data/tokenizer.h"
#include "harness/eval/generator.h"

namespace plumbline::eval {

// Text of generated ids without special tokens. Ids past the tokenizer's last one (vocabularies are
// padded to round sizes) have no text, as in HuggingFace's fast tokenizers.
std::string TextOf(const data::Tokenizer& tokenizer, std::span<const int64_t> ids);

// {"fname","prediction","token_ids","score"}, and "candidates" (the same fields but the name, best
// first) where the output has them. The prediction is null without a tokenizer, the score null for
// greedy search. No line end.
std::string PredictionLine(std::string_view fname, const GenerationOutput& output,
                           const data::Tokenizer* tokenizer);

struct GeneratedFile {
  int64_t num_rows = 0;
  int64_t num_tokens = 0;  // generated, EOS included; of the best sequences
};

// Writes one PredictionLine a row, in the order of `rows`, while it goes; the file appears only
// when it is whole. Rows are searched in windows of many batches, so that lengths can be sorted and
// memory stays bounded. Draws are named by fname. `outputs`, when given, gets what was generated,
// in the order of `rows`. Errors: as Generate (naming the row), kEnvironment when the file cannot
// be written.
GeneratedFile GenerateFile(models::Model& model, std::span<const data::TokenizedRow> rows,
                           const data::Tokenizer* tokenizer, const GenerationConfig& config,
                           const GenerationOptions& options, const std::filesystem::path& out,
                           std::vector<GenerationOutput>* outputs = nullptr);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_GENERATE_FILE_H_
