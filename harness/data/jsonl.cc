#include "harness/data/jsonl.h"

#include <string>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/utf8.h"

namespace plumbline::data {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kJsonSpace = " \t\r\n";

Json RecordOf(std::string_view text, std::string_view name, int64_t line) {
  const std::string place = Quoted(name) + ":" + std::to_string(line);
  if (const auto broken = FirstInvalidUtf8(text)) {
    Fail(ErrorKind::kData, "reading " + place,
         "a broken UTF-8 sequence at byte " + std::to_string(*broken) + " of the line", "UTF-8",
         "converting the file to UTF-8");
  }
  Json record = ParseJson(text, Quoted(name), line);
  if (!record.is_object()) {
    Fail(ErrorKind::kData, "reading " + place, std::string("a JSON ") + record.type_name(),
         "one JSON object a line", "a file in JSON lines form");
  }
  return record;
}

}  // namespace

void ForEachJsonLineOf(std::string_view text, std::string_view name,
                       const RecordCallback& on_record) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (int64_t line = 1; !text.empty(); ++line) {
    const size_t end = text.find('\n');
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (row.find_first_not_of(kJsonSpace) == std::string_view::npos) continue;
    on_record(RecordOf(row, name, line), line);
  }
}

void ForEachJsonLine(const std::filesystem::path& path, const RecordCallback& on_record) {
  const MappedFile file(path);
  ForEachJsonLineOf({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()},
                    path.string(), on_record);
}

}  // namespace plumbline::data
