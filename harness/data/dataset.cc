#include "harness/data/dataset.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/nearest.h"
#include "harness/base/random.h"
#include "harness/base/sha256.h"
#include "harness/base/utf8.h"
#include "harness/data/csv.h"
#include "harness/data/jsonl.h"
#include "harness/data/record.h"

namespace plumbline::data {
namespace {

constexpr const char* kManifestName = "manifest.json";

std::string LowerExtension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

// By name, else by content: an object opens every line of JSON lines, and no header of a CSV.
bool IsCsv(const std::filesystem::path& path) {
  const std::string extension = LowerExtension(path);
  if (extension == ".csv") return true;
  if (extension == ".jsonl" || extension == ".json") return false;
  const MappedFile file(path);
  std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || text[first] != '{';
}

// The digest that a manifest beside the file promises; empty when none stands there or none is
// promised.
std::string PromisedDigest(const std::filesystem::path& path, Dataset& dataset) {
  const std::filesystem::path manifest_path = path.parent_path() / kManifestName;
  if (!std::filesystem::exists(manifest_path)) return "";
  const Json manifest = ReadJsonFile(manifest_path);
  if (!manifest.is_object() || !manifest.contains("files") || !manifest["files"].is_object())
    return "";
  const std::string name = path.filename().string();
  const auto entry = manifest["files"].find(name);
  if (entry == manifest["files"].end()) {
    dataset.notes.push_back(Quoted(manifest_path.string()) + " does not name " + Quoted(name) +
                            ": its digest was not checked");
    return "";
  }
  const auto digest = entry->is_object() ? entry->find("sha256") : entry->end();
  if (digest == entry->end() || !digest->is_string()) {
    Fail(ErrorKind::kData, "reading " + Quoted(manifest_path.string()),
         "no sha256 for " + Quoted(name), "one", "making the data again");
  }
  return digest->get<std::string>();
}

void CheckDigest(const std::filesystem::path& path, Dataset& dataset) {
  dataset.sha256 = Sha256OfFile(path);
  const std::string promised = PromisedDigest(path, dataset);
  dataset.in_manifest = !promised.empty();
  if (promised.empty() || promised == dataset.sha256) return;
  Fail(ErrorKind::kData, "checking " + Quoted(path.string()) + " against its manifest.json",
       "SHA-256 " + dataset.sha256, promised,
       "restoring the file, or a new manifest if the data changed on purpose");
}

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
  CheckDigest(path, dataset);
  const bool is_csv = IsCsv(path);
  Collector collector(dataset, options, is_csv);
  const RecordCallback add = [&](const Json& record, int64_t line) { collector.Add(record, line); };
  if (is_csv) {
    ForEachCsvRow(path, add);
  } else {
    ForEachJsonLine(path, add);
  }
  collector.Finish();
  TakeSubset(dataset, options);
  return dataset;
}

}  // namespace plumbline::data
