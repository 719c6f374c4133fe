#include "harness/data/dataset.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/base/random.h"
#include "harness/base/utf8.h"
#include "harness/data/data_file.h"
#include "harness/data/record.h"

namespace plumbline::data {
namespace {

// Texts that hold decomposed Hangul: legal, but they share no token with the composed form.
class DecomposedHangul {
 public:
  void Look(std::string_view text, std::string_view field, int64_t line) {
    const auto position = FirstDecomposedHangul(text);
    if (!position) return;
    if (count_++ > 0) return;
    first_ = "line " + std::to_string(line) + ", " + Quoted(field) + ", byte " +
             std::to_string(*position);
  }

  void Report(std::vector<std::string>& notes) const {
    if (count_ == 0) return;
    notes.push_back(std::to_string(count_) + " texts hold decomposed Hangul (NFD), first at " +
                    first_ +
                    ": they look like composed text and share no token with it; left as they are");
  }

 private:
  int64_t count_ = 0;
  std::string first_;
};

// Takes records as they come and holds what must be true between them.
class Collector {
 public:
  Collector(Dataset& dataset, const DatasetOptions& options, bool is_csv)
      : dataset_(dataset), options_(options), is_csv_(is_csv), file_(dataset.path.string()) {}

  void Add(const Json& record, int64_t line) {
    const RecordSource source{file_, line, is_csv_};
    Example example = ExampleOf(record, source, options_.fields, options_.require_summary);
    example.row = dataset_.num_rows++;
    const auto [first, is_new] = line_of_.emplace(example.fname, line);
    if (!is_new) {
      FailRecord(source,
                 "the fname " + Quoted(example.fname) + " of line " + std::to_string(first->second),
                 "a name of its own for every record", "renaming one of the two");
    }
    if (!dataset_.examples.empty() && dataset_.examples[0].is_tokenized != example.is_tokenized) {
      FailRecord(source,
                 example.is_tokenized ? "token ids behind text records" : "text behind token ids",
                 "one kind of record in a file", "two files");
    }
    decomposed_.Look(example.dialogue, options_.fields.dialogue, line);
    for (const auto& text : example.summary) decomposed_.Look(text, options_.fields.summary, line);
    dataset_.examples.push_back(std::move(example));
  }

  void Finish() {
    if (dataset_.examples.empty()) {
      Fail(ErrorKind::kData, "reading " + Quoted(file_), "no record", "at least one",
           "another file");
    }
    decomposed_.Report(dataset_.notes);
  }

 private:
  Dataset& dataset_;
  const DatasetOptions& options_;
  const bool is_csv_;
  const std::string file_;
  std::unordered_map<std::string, int64_t> line_of_;  // looked up only, never iterated
  DecomposedHangul decomposed_;
};

// Keeps max_samples rows of a seeded permutation, in file order.
void TakeSubset(Dataset& dataset, const DatasetOptions& options) {
  dataset.rows_taken =
      Permutation(dataset.num_rows, NamedStream(options.subset_seed, "data.subset"));
  if (options.max_samples > 0 && options.max_samples < dataset.num_rows) {
    dataset.rows_taken.resize(static_cast<size_t>(options.max_samples));
  }
  std::sort(dataset.rows_taken.begin(), dataset.rows_taken.end());
  std::vector<Example> taken;
  taken.reserve(dataset.rows_taken.size());
  for (const int64_t row : dataset.rows_taken) {
    taken.push_back(std::move(dataset.examples[static_cast<size_t>(row)]));
  }
  dataset.examples = std::move(taken);
}

}  // namespace

FieldNames FieldNames::FromJson(const Json& renames) {
  FieldNames names;
  const std::vector<std::pair<std::string, std::string*>> parts = {
      {"fname", &names.fname}, {"dialogue", &names.dialogue},   {"summary", &names.summary},
      {"topic", &names.topic}, {"input_ids", &names.input_ids}, {"labels", &names.labels}};
  std::vector<std::string> known;
  for (const auto& [name, target] : parts) known.push_back(name);
  if (renames.is_null()) return names;
  if (!renames.is_object()) {
    Fail(ErrorKind::kUsage, "data.fields", renames.type_name(), "{part: column, ...}",
         "{summary: my_column}");
  }
  for (const auto& [part, column] : renames.items()) {
    const auto known_part = std::find(known.begin(), known.end(), part);
    if (known_part == known.end() || !column.is_string()) {
      Fail(ErrorKind::kUsage, "data.fields",
           Quoted(part) + (known_part == known.end() ? "" : " without a column name"),
           "the name of a column for fname, dialogue, summary, topic, input_ids or labels",
           Quoted(NearestName(part, known)));
    }
    *parts[static_cast<size_t>(known_part - known.begin())].second = column.get<std::string>();
  }
  return names;
}

Dataset LoadDataset(const std::filesystem::path& path, const DatasetOptions& options) {
  Dataset dataset;
  dataset.path = path;
  DataFile file = CheckDataFile(path);
  dataset.sha256 = std::move(file.sha256);
  dataset.in_manifest = file.in_manifest;
  dataset.notes = std::move(file.notes);
  Collector collector(dataset, options, file.is_csv);
  ForEachRecord(file, [&](const Json& record, int64_t line) { collector.Add(record, line); });
  collector.Finish();
  TakeSubset(dataset, options);
  return dataset;
}

}  // namespace plumbline::data
