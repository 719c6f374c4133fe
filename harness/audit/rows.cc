#include "harness/audit/rows.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <utility>

#include "harness/audit/path.h"
#include "harness/audit/reader_own_run.h"
#include "harness/audit/shared_files.h"
#include "harness/base/error.h"
#include "harness/base/random.h"
#include "harness/data/csv.h"
#include "harness/data/jsonl.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;

using Names = std::initializer_list<const char*>;

constexpr uintmax_t kLargestRowFileBytes = uintmax_t{256} << 20;  // rows are held in memory
constexpr Names kIdNames = {"fname", "id", "idx", "index"};
constexpr Names kPredictionNames = {"prediction", "predicted_summary", "generated", "output",
                                    "pred"};
constexpr Names kReferenceNames = {"reference", "summary", "target", "label", "references"};
constexpr Names kSourceNames = {"dialogue", "source", "document", "article", "text"};
constexpr Names kOriginNames = {"origin_id", "origin", "parent_id", "source_id"};

const Json* FindAny(const Json& record, Names names) {
  for (const char* name : names) {
    const auto found = record.find(name);
    if (found != record.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

std::string TextOf(const Json& record, Names names) {
  const Json* value = FindAny(record, names);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  return value->is_primitive() ? value->dump() : "";
}

std::vector<std::string> TextsOf(const Json& record, Names names) {
  const Json* value = FindAny(record, names);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) texts.push_back(value->get<std::string>());
  if (value->is_array()) {
    for (const Json& item : *value) {
      if (item.is_string()) texts.push_back(item.get<std::string>());
    }
  }
  return texts;
}

std::vector<int64_t> IdsOf(const Json& record, Names names) {
  const Json* value = FindAny(record, names);
  std::vector<int64_t> ids;
  if (value == nullptr || !value->is_array()) return ids;
  for (const Json& item : *value) {
    if (item.is_number_integer()) ids.push_back(item.get<int64_t>());
  }
  return ids;
}

std::string IdOf(const Json& record, int64_t line) {
  const std::string id = TextOf(record, kIdNames);
  return id.empty() ? "line " + std::to_string(line) : id;
}

ScoredRow ScoredOf(const Json& record, int64_t line) {
  ScoredRow row;
  row.id = IdOf(record, line);
  row.prediction = TextOf(record, kPredictionNames);
  row.prompt = TextOf(record, {"prompt"});
  row.source = TextOf(record, kSourceNames);
  row.references = TextsOf(record, kReferenceNames);
  row.token_ids = IdsOf(record, {"token_ids"});
  row.label_ids = IdsOf(record, {"label_ids", "labels"});
  std::erase(row.label_ids, -100);
  return row;
}

EncodedRow EncodedOf(const Json& record, int64_t line) {
  return {IdOf(record, line),
          IdsOf(record, {"input_ids"}),
          IdsOf(record, {"attention_mask"}),
          IdsOf(record, {"labels"}),
          IdsOf(record, {"decoder_input_ids"}),
          IdsOf(record, {"position_ids"})};
}

DataRow DataOf(const Json& record, int64_t line) {
  DataRow row{IdOf(record, line), TextOf(record, kSourceNames), TextsOf(record, kReferenceNames),
              TextOf(record, kOriginNames), TextOf(record, {"fold"}),
              IdsOf(record, {"label_ids"})};
  std::erase(row.label_ids, -100);
  return row;
}

// 0 when absent. Errors: kData for a count that no run reaches.
int64_t CountIn(const Json& record, const char* name, int64_t line) {
  const auto found = record.find(name);
  if (found == record.end() || !found->is_number_integer()) return 0;
  if (!IsCount(found->get<double>())) {
    Fail(ErrorKind::kData, "line " + std::to_string(line) + ", " + Quoted(name), found->dump(),
         "a count from 0 to below 1e15", "write the file again");
  }
  return found->get<int64_t>();
}

SeenRow SeenOf(const Json& record, int64_t line) {
  return {IdOf(record, line), TextOf(record, {"epoch"}), CountIn(record, "times", line),
          CountIn(record, "rows", line)};
}

template <typename Row>
RowFile<Row> Load(const fs::path& path, Row (*parse)(const Json&, int64_t)) {
  RowFile<Row> file;
  if (path.empty() || !IsFile(path)) return file;
  file.file = path.filename().string();
  const auto keep = [&](const Json& record, int64_t line) {
    file.rows.push_back(parse(record, line));
  };
  if (SizeOf(path) > kLargestRowFileBytes) {
    file.problem = "reading " + Quoted(file.file) + ": found " +
                   std::to_string(SizeOf(path)) + " bytes, wanted at most 256 MiB of rows";
    return file;
  }
  try {
    if (path.extension() == ".csv") {
      data::ForEachCsvRow(path, keep);
    } else {
      data::ForEachJsonLine(path, keep);
    }
  } catch (const Error& error) {
    file.rows.clear();
    file.problem = error.what();
  }
  return file;
}

class Directory {
 public:
  explicit Directory(const Evidence& run) : run_(run), folder_(run.files.directory) {}

  // `found` by the reader, else a file named in the settings, else the first of the usual names.
  fs::path Find(const fs::path& found, Names settings, Names names) const {
    if (!found.empty()) return found;
    if (folder_.empty()) return {};
    for (const char* key : settings) {
      const Setting* setting = run_.Effective(key);
      if (setting == nullptr || setting->text.empty()) continue;
      const fs::path named = folder_ / setting->text;
      if (IsFile(named) && IsRows(named)) return named;
    }
    for (const char* name : names) {
      if (IsFile(folder_ / name)) return folder_ / name;
    }
    return {};
  }

  // predictions-*.jsonl, by name.
  std::vector<fs::path> Checkpoints() const {
    std::vector<fs::path> paths;
    if (folder_.empty() || !IsFolder(folder_)) return paths;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("predictions-") && name.ends_with(".jsonl")) paths.push_back(entry);
    }
    std::ranges::sort(paths);
    return paths;
  }

 private:
  static bool IsRows(const fs::path& path) {
    return path.extension() == ".jsonl" || path.extension() == ".csv";
  }

  const Evidence& run_;
  fs::path folder_;
};

// Rows of the references (or of the data they were made from) by id; without shared ids, by place.
void Join(RowFile<ScoredRow>& scored, const RowFile<DataRow>& data) {
  std::map<std::string, const DataRow*, std::less<>> by_id;
  for (const DataRow& row : data.rows) by_id[row.id] = &row;
  for (ScoredRow& row : scored.rows) {
    const auto found = by_id.find(row.id);
    if (found == by_id.end()) continue;
    if (row.references.empty()) row.references = found->second->summaries;
    if (row.source.empty()) row.source = found->second->source;
    if (row.label_ids.empty()) row.label_ids = found->second->label_ids;
  }
}

// Files that several runs of one audit were made with are read once. Few: they are large.
std::shared_ptr<const RowFile<DataRow>> LoadShared(const JoinedData& data, SharedFiles* shared) {
  constexpr size_t kMostFiles = 4;
  std::string identity = data.digest;
  for (const std::string& id : data.taken) identity += "\n" + id;
  identity = data.digest + "/" + std::to_string(Fnv1a64(identity));
  return GetShared<RowFile<DataRow>>(shared, identity, kMostFiles, [&] {
    auto file = Load(data.path, DataOf);
    file.identity = identity;
    if (!data.taken.empty()) {
      std::erase_if(file.rows, [&](const DataRow& row) { return !data.taken.contains(row.id); });
    }
    return file;
  });
}

// Data of ours that lies elsewhere, where the directory itself has none.
std::shared_ptr<const RowFile<DataRow>> JoinOwn(const Evidence& run, const char* key, const char* role,
                                                RowFile<DataRow>& own) {
  if (!own.file.empty()) return nullptr;
  const JoinedData data = FindOwnData(run, key, role);
  if (!data.path.empty()) return LoadShared(data, run.shared.get());
  if (!data.problem.empty()) {
    const Setting* named = run.Find(key, Layer::kResolved);
    own.file = fs::path(named->text).filename().string();
    own.problem = data.problem;
  }
  return nullptr;
}

std::shared_ptr<const Rows> LoadRows(const Evidence& run) {
  const Directory directory(run);
  // Data that a run of ours names is joined below, by its digest.
  const bool ours = run.documents.ledger.is_object();
  const auto find = [&](const fs::path& found, Names settings, Names names) {
    return directory.Find(found, ours ? Names{} : settings, names);
  };
  auto rows = std::make_shared<Rows>();
  rows->scored = Load(find(run.files.predictions, {},
                           {"predictions.jsonl", "generated_predictions.jsonl",
                            "eval_predictions.jsonl", "test_predictions.jsonl", "predictions.csv"}),
                      ScoredOf);
  rows->references =
      Load(find(run.files.references, {}, {"references.jsonl", "references.csv"}), DataOf);
  rows->training = Load(find({}, {}, {"encoded.jsonl", "encoded_train.jsonl"}), EncodedOf);
  rows->inference = Load(find({}, {}, {"encoded_inference.jsonl"}), EncodedOf);
  rows->train = Load(find(run.files.train_data, {"data.train", "other.train_file"},
                          {"train.jsonl", "train.csv"}),
                     DataOf);
  rows->validation = Load(find(run.files.validation_data,
                               {"data.validation", "other.validation_file"},
                               {"validation.jsonl", "validation.csv", "dev.jsonl", "val.jsonl"}),
                          DataOf);
  rows->test = Load(
      find(run.files.test_data, {"data.test", "other.test_file"}, {"test.jsonl", "test.csv"}),
      DataOf);
  rows->joined_train = JoinOwn(run, "data.train", "train", rows->train);
  rows->joined_validation = JoinOwn(run, "data.validation", "validation", rows->validation);
  rows->seen = Load(find({}, {}, {"seen.jsonl"}), SeenOf);
  for (const fs::path& path : directory.Checkpoints()) {
    rows->checkpoints.push_back(Load(path, ScoredOf));
  }
  for (RowFile<ScoredRow>* scored : {&rows->scored}) {
    Join(*scored, rows->references);
    Join(*scored, rows->Validation());
    Join(*scored, rows->test);
  }
  for (RowFile<ScoredRow>& scored : rows->checkpoints) {
    Join(scored, rows->references);
    Join(scored, rows->Validation());
  }
  return rows;
}

}  // namespace

const Rows& RowsOf(const Evidence& run) {
  if (run.rows == nullptr) run.rows = LoadRows(run);
  return *run.rows;
}

int64_t LastTarget(const std::vector<int64_t>& labels) {
  const auto is_target = [](int64_t id) { return id >= 0; };
  const auto last = std::find_if(labels.rbegin(), labels.rend(), is_target);
  return last == labels.rend() ? -1 : *last;
}

}  // namespace plumbline::audit
