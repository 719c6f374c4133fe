// The data set as files: JSON lines, CSV twins, sidecars, robustness slices, and the manifest with
// their digests.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_DATASET_WRITER_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_DATASET_WRITER_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/data/korean/generator.h"

namespace plumbline::data::korean {

struct DataFile {
  std::string name;  // "train.jsonl"
  std::string bytes;
  int64_t num_rows = 0;
};

// One compact JSON object a line: fname, dialogue, summary, topic. With `references` the summary is
// a list of three.
std::string JsonLines(const std::vector<Item>& items, bool references);

// Sidecar records, one a line.
std::string MetaLines(const std::vector<Item>& items);

// fname,dialogue,summary,topic with a header; every field quoted, quotes doubled, newlines kept.
std::string CsvText(const std::vector<Item>& items);

// Files of a split: NAME.jsonl, NAME.csv, NAME.meta.jsonl, for validation and test also
// NAME.references.jsonl.
std::vector<DataFile> FilesOf(std::string_view name, const std::vector<Item>& items,
                              bool references);

// Slices of the validation split that are never trained on: nfd, noise, long, multi, newnames.
std::vector<DataFile> SliceFiles(const GeneratorOptions& options);

// {"files":{name:{"sha256","rows","bytes"}},"lexicon_version","seed","topics"}: the data set's
// identity.
Json Manifest(const GeneratorOptions& options, const std::vector<DataFile>& files);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_DATASET_WRITER_H_
