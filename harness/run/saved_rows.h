// Rows that a run directory keeps beside its numbers, so that it can be audited wherever it lies:
// what predictions are scored against, and a few training rows as the model was given them. Called
// by run.cc and inference.cc; harness/audit/README.md names the fields.
#ifndef PLUMBLINE_HARNESS_RUN_SAVED_ROWS_H_
#define PLUMBLINE_HARNESS_RUN_SAVED_ROWS_H_

#include <cstdint>
#include <span>
#include <string>

#include "harness/data/example.h"
#include "harness/data/tokenized.h"
#include "models/model.h"

namespace plumbline::run {

// A run directory without weights stays below 5 MB (DESIGN section 5).
inline constexpr size_t kMostReferenceBytes = size_t{2} << 20;
inline constexpr int64_t kEncodedRows = 64;
inline constexpr size_t kMostEncodedBytes = size_t{1} << 20;

// references.jsonl: {"fname","summary":[..],"dialogue","label_ids"} a line. What makes the file
// larger than `most_bytes` is left out of all lines, documents first, then ids; empty when even the
// references are too large. examples[i] belongs to rows[i].
std::string ReferenceLines(std::span<const data::Example> examples,
                           std::span<const data::TokenizedRow> rows,
                           size_t most_bytes = kMostReferenceBytes);

// encoded.jsonl: the first rows as training packs them, in HuggingFace's form:
// {"fname","input_ids","labels"} (decoder-only: one sequence, -100 where no loss is taken), with
// "decoder_input_ids" for encoder-decoders. Errors: as BatchFor.
std::string EncodedLines(const models::Model& model, std::span<const data::TokenizedRow> rows,
                         size_t most_bytes = kMostEncodedBytes);

// encoded_inference.jsonl of a decoder-only model: the first rows as generation is given them,
// {"fname","input_ids","attention_mask"}; alone, so without padding.
std::string PromptLines(std::span<const data::TokenizedRow> rows, size_t most_bytes = kMostEncodedBytes);

// seen.jsonl: {"times","rows","fname"} a line, fewest times first: so many rows were trained so often in
// the whole run, and the first of them. A few lines, however large the data. ids[i] belongs to times[i].
std::string SeenLines(std::span<const std::string> ids, std::span<const int64_t> times);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_SAVED_ROWS_H_
