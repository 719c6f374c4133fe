// Data files as examples: JSON lines or CSV, digest checked against a manifest, seeded subset,
// notes on odd text. Called by the run, by evaluation and by verbs; knows nothing of tokenizers or
// models.
#ifndef PLUMBLINE_HARNESS_DATA_DATASET_H_
#define PLUMBLINE_HARNESS_DATA_DATASET_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/data/example.h"

namespace plumbline::data {

// The columns (keys) that hold each part of a record; `data.fields` renames them.
struct FieldNames {
  std::string fname = "fname";
  std::string dialogue = "dialogue";
  std::string summary = "summary";
  std::string topic = "topic";
  std::string input_ids = "input_ids";
  std::string labels = "labels";

  // {"summary": "abstract"} renames one. Errors: kUsage for an unknown part (nearest name given) or
  // a non-string.
  static FieldNames FromJson(const Json& renames);
};

struct DatasetOptions {
  FieldNames fields;
  int64_t max_samples = 0;    // 0 takes every row
  uint64_t subset_seed = 42;  // which rows are taken when there are more than max_samples
  bool require_summary = true;
};

struct Dataset {
  std::filesystem::path path;
  std::string sha256;             // of the file's bytes
  bool in_manifest = false;       // the digest was checked against a manifest.json beside the file
  int64_t num_rows = 0;           // records in the file
  std::vector<Example> examples;  // the taken ones, in file order
  std::vector<int64_t> rows_taken;  // Example::row of each, ascending
  std::vector<std::string> notes;   // odd but legal: decomposed Hangul (count and first place), ...
};

// Reads `path`: CSV when it is called .csv, JSON lines when .jsonl or .json, else by its first
// byte. A text record needs fname, dialogue and (unless require_summary is off) summary: a string,
// or a list of references; an id record needs fname, input_ids and labels. Other columns are
// ignored. When a manifest.json with a "files" object stands beside the file and names it, the
// digests must agree. Errors: kData with `file:line` for a broken line, a missing field, a
// duplicate fname, an empty dialogue or summary, invalid UTF-8, text and id records in one file;
// kData naming file, found and wanted digest.
Dataset LoadDataset(const std::filesystem::path& path, const DatasetOptions& options);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_DATASET_H_
