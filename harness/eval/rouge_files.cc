#include "harness/eval/rouge_files.h"

#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/data_file.h"

namespace plumbline::eval {
namespace {

// Texts of one record, by its name; `line` is where it stands.
struct Row {
  std::string fname;
  std::vector<std::string> texts;
  int64_t line = 0;
};

[[noreturn]] void FailRow(const std::filesystem::path& file, int64_t line, const std::string& found,
                          const std::string& wanted) {
  Fail(ErrorKind::kData, "reading " + Quoted(file.string()) + ":" + std::to_string(line), found,
       wanted, "correcting the record");
}

std::string TextOf(const Json& record, const std::string& key, const std::filesystem::path& file,
                   int64_t line) {
  const auto field = record.find(key);
  if (field != record.end() && field->is_string()) return field->get<std::string>();
  FailRow(file, line,
          field == record.end() ? "no " + Quoted(key)
                                : std::string("a ") + field->type_name() + " in " + Quoted(key),
          Quoted(key) + " as text");
}

std::vector<std::string> TextsOf(const Json& record, const std::string& key,
                                 const std::filesystem::path& file, int64_t line) {
  const auto field = record.find(key);
  if (field == record.end() || !field->is_array()) return {TextOf(record, key, file, line)};
  if (field->empty())
    FailRow(file, line, "an empty list in " + Quoted(key), "at least one reference");
  std::vector<std::string> texts;
  for (const Json& text : *field) {
    if (!text.is_string())
      FailRow(file, line, std::string("a ") + text.type_name() + " in " + Quoted(key), "text");
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::vector<Row> ReadRows(const std::filesystem::path& file, const std::string& key,
                          bool may_be_list) {
  std::vector<Row> rows;
  std::unordered_map<std::string, int64_t> line_of;  // looked up, never iterated
  data::ForEachRecord(data::CheckDataFile(file), [&](const Json& record, int64_t line) {
    Row row;
    row.fname = TextOf(record, "fname", file, line);
    row.texts = may_be_list ? TextsOf(record, key, file, line)
                            : std::vector<std::string>{TextOf(record, key, file, line)};
    row.line = line;
    const auto [first, is_new] = line_of.emplace(row.fname, line);
    if (!is_new) {
      FailRow(file, line,
              "the fname " + Quoted(row.fname) + " of line " + std::to_string(first->second),
              "every fname once");
    }
    rows.push_back(std::move(row));
  });
  if (rows.empty())
    Fail(ErrorKind::kData, "reading " + Quoted(file.string()), "no record", "at least one",
         "another file");
  return rows;
}

// Complains about the names of `rows` that `others` lacks.
void RequireAll(const std::vector<Row>& rows, const std::unordered_map<std::string, size_t>& others,
                const std::filesystem::path& file, const std::string& other) {
  int64_t num_missing = 0;
  const Row* first = nullptr;
  for (const Row& row : rows) {
    if (others.contains(row.fname)) continue;
    if (num_missing++ == 0) first = &row;
  }
  if (first == nullptr) return;
  Fail(ErrorKind::kData, "joining " + Quoted(file.string()),
       std::to_string(num_missing) + " rows without a " + other + ", first " +
           Quoted(first->fname) + " in line " + std::to_string(first->line),
       "one for every fname", "files of the same rows");
}

std::unordered_map<std::string, size_t> IndexOf(const std::vector<Row>& rows) {
  std::unordered_map<std::string, size_t> index;
  for (size_t i = 0; i < rows.size(); ++i) index.emplace(rows[i].fname, i);
  return index;
}

}  // namespace

std::vector<NamedPair> JoinRougeFiles(const std::filesystem::path& predictions,
                                      const std::filesystem::path& references) {
  std::vector<Row> predicted = ReadRows(predictions, "prediction", /*may_be_list=*/false);
  std::vector<Row> wanted = ReadRows(references, "summary", /*may_be_list=*/true);
  const auto prediction_of = IndexOf(predicted);
  RequireAll(predicted, IndexOf(wanted), predictions, "reference");
  RequireAll(wanted, prediction_of, references, "prediction");
  std::vector<NamedPair> pairs;
  for (Row& row : wanted) {
    std::string& prediction = predicted[prediction_of.at(row.fname)].texts[0];
    pairs.push_back({std::move(row.fname), {std::move(prediction), std::move(row.texts)}});
  }
  return pairs;
}

}  // namespace plumbline::eval
