// Rows that a run directory holds beside its numbers: predictions with their references, encoded
// examples as training and generation saw them, and the data's own text. Loaded once a run, on
// demand; used by rules of tiers 2 to 4. File and field names are in README.md of this folder.
#ifndef PLUMBLINE_HARNESS_AUDIT_ROWS_H_
#define PLUMBLINE_HARNESS_AUDIT_ROWS_H_

#include <cstdint>
#include <memory>
#include <optional>
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

// seen.jsonl: {"epoch", "fname"} for each row as it was trained, or {"times", "rows", "fname"}: so
// many rows were trained so often in the whole run, this one first in the file.
struct SeenRow {
  std::string id;
  std::string epoch;
  int64_t times = 0;
  int64_t rows = 0;  // 0: the first form
};

// The rows of one file. `problem` says why an existing file could not be read.
template <typename Row>
struct RowFile {
  std::vector<Row> rows;
  std::string file;  // name inside the run directory; empty: there is none
  std::string problem;
  std::string identity = {};  // equal for equal rows of runs that share their data; empty: not known

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
  RowFile<SeenRow> seen;
  // What runs of ours were made with, where their directories hold no copy: read once for all of them.
  std::shared_ptr<const RowFile<DataRow>> joined_train;
  std::shared_ptr<const RowFile<DataRow>> joined_validation;
  mutable std::optional<bool> equal_by_words;  // of `scored`, on demand: EqualByWords in equal_rouge.h

  const RowFile<DataRow>& Train() const { return joined_train ? *joined_train : train; }
  const RowFile<DataRow>& Validation() const {
    return joined_validation ? *joined_validation : validation;
  }
};

// The run's rows, read from its directory at the first call and kept with the evidence.
const Rows& RowsOf(const Evidence& run);

// The last element of `ids` that is a target; -1 without any.
int64_t LastTarget(const std::vector<int64_t>& labels);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_ROWS_H_
