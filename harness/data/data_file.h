// A file of records, whatever its form: JSON lines or CSV, its digest checked against a manifest
// beside it. Called by dataset.h and by verbs that join files; knows nothing of what a record
// means.
#ifndef PLUMBLINE_HARNESS_DATA_DATA_FILE_H_
#define PLUMBLINE_HARNESS_DATA_DATA_FILE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/data/jsonl.h"

namespace plumbline::data {

struct DataFile {
  std::filesystem::path path;
  std::string sha256;        // of the file's bytes
  bool in_manifest = false;  // the digest was checked against a manifest.json beside the file
  bool is_csv = false;
  std::vector<std::string> notes;  // a manifest that does not name the file
};

// CSV when the file is called .csv, JSON lines when .jsonl or .json, else by its first byte. When a
// manifest.json with a "files" object ({name: {"sha256": hex}}) stands beside the file and names
// it, the digests must agree. Errors: kData naming file, found and wanted digest; kData when a file
// cannot be read.
DataFile CheckDataFile(const std::filesystem::path& path);

// ForEachCsvRow or ForEachJsonLine.
void ForEachRecord(const DataFile& file, const RecordCallback& on_record);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_DATA_FILE_H_
