// Rows that a run directory holds beside its numbers: predictions with their references, encoded
// examples as training and generation saw them, and the data's own text. Loaded once a run, on
// demand; used by rules of tiers 2 to 4. File and field names are in README.md of this folder.
#ifndef PLUMBLINE_HARNESS_AUDIT_ROWS_H_
#define PLUMBLINE_HARNESS_AUDIT_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/audit/evidence.h"

namespace plumbline::audit {

// One scored row. Empty fields were not in the files.
struct ScoredRow {
  std::string id;
  std::string prediction;
  std::string prompt;  // the text that generation was given, decoder-only models
  std::string source;  // the document or dialogue
  std::vector<std::string> references;
  std::vector<int64_t> token_ids;  // as generated: no prompt, no padding, the end token kept
  std::vector<int64_t> label_ids;  // the reference's ids, without -100
};

// One example in token ids, as a batch held it: padding included, labels with -100 where masked.
struct EncodedRow {
  std::string id;
  std::vector<int64_t> input_ids;
  std::vector<int64_t> attention_mask;  // empty: not saved
  std::vector<int64_t> labels;
  std::vector<int64_t> decoder_input_ids;
  std::vector<int64_t> position_ids;
};

struct DataRow {
  std::string id;
  std::string source;
  std::vector<std::string> summaries;
  std::string origin;  // id of the row that an augmented copy was made of
  std::string fold;
  std::vector<int64_t> label_ids;  // the reference's ids, without -100
};

// The rows of one file. `problem` says why an existing file could not be read.
template <typename Row>
struct RowFile {
  std::vector<Row> rows;
  std::string file;  // name inside the run directory; empty: there is none
  std::string problem;

  bool Empty() const { return rows.empty(); }
};

struct Rows {
  RowFile<ScoredRow> scored;
  std::vector<RowFile<ScoredRow>> checkpoints;  // predictions-*.jsonl of several moments, by name
  RowFile<DataRow> references;
  RowFile<EncodedRow> training;
  RowFile<EncodedRow> inference;
  RowFile<DataRow> train;
  RowFile<DataRow> validation;
  RowFile<DataRow> test;
  RowFile<DataRow> seen;  // ids in the order of training: {"epoch", "fname"}, epoch in `fold`
};

// The run's rows, read from its directory at the first call and kept with the evidence.
const Rows& RowsOf(const Evidence& run);

// The last element of `ids` that is a target; -1 without any.
int64_t LastTarget(const std::vector<int64_t>& labels);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_ROWS_H_
