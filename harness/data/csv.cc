#include "harness/data/csv.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/utf8.h"

namespace plumbline::data {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Walks the text field by field. Lines are counted at every newline, quoted ones too.
class Reader {
 public:
  Reader(std::string_view text, std::string_view name) : text_(text), name_(name) {
    if (text_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  }

  bool AtEnd() const { return position_ >= text_.size(); }
  int64_t line() const { return line_; }

  void SkipBlankLines() {
    while (!AtEnd() && SkipLineEnd()) {
    }
  }

  std::vector<std::string> ReadRow() {
    std::vector<std::string> fields;
    do {
      fields.push_back(!AtEnd() && text_[position_] == '"' ? QuotedField() : PlainField());
    } while (Skip(','));
    if (!AtEnd() && !SkipLineEnd()) {
      FailAt(line_, "text behind a closing quote", "a comma or the end of the line",
             "doubling quotes inside a field");
    }
    return fields;
  }

  [[noreturn]] void FailAt(int64_t line, std::string_view found, std::string_view wanted,
                           std::string_view hint) const {
    Fail(ErrorKind::kData, "reading " + Quoted(name_) + ":" + std::to_string(line), found, wanted,
         hint);
  }

 private:
  bool Skip(char c) {
    if (AtEnd() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  bool SkipLineEnd() {
    const size_t length = text_.substr(position_).starts_with("\r\n") ? 2 : 1;
    if (text_[position_ + length - 1] != '\n') return false;
    position_ += length;
    ++line_;
    return true;
  }

  std::string PlainField() {
    const size_t end = std::min(text_.find_first_of(",\r\n\"", position_), text_.size());
    if (end < text_.size() && text_[end] == '"') {
      FailAt(line_, "a quote inside an unquoted field", "the whole field in quotes",
             "quoting the field and doubling the quotes inside it");
    }
    if (end < text_.size() && text_[end] == '\r' && !text_.substr(end).starts_with("\r\n")) {
      FailAt(line_, "a carriage return that ends no line", "LF or CRLF line ends",
             "converting the line ends");
    }
    return Take(end);
  }

  std::string QuotedField() {
    const int64_t first_line = line_;
    ++position_;
    std::string field;
    while (true) {
      const size_t quote = text_.find('"', position_);
      if (quote == std::string_view::npos) {
        FailAt(first_line, "a quoted field that is never closed", "a closing quote",
               "doubling quotes inside a field");
      }
      field += Take(quote);
      ++position_;
      if (!Skip('"')) return field;
      field.push_back('"');
    }
  }

  std::string Take(size_t end) {
    std::string field(text_.substr(position_, end - position_));
    if (const auto broken = FirstInvalidUtf8(field)) {
      FailAt(
          line_ + std::count(field.begin(), field.begin() + static_cast<ptrdiff_t>(*broken), '\n'),
          "a broken UTF-8 sequence", "UTF-8", "converting the file to UTF-8");
    }
    line_ += std::count(field.begin(), field.end(), '\n');
    position_ = end;
    return field;
  }

  std::string_view text_;
  std::string_view name_;
  size_t position_ = 0;
  int64_t line_ = 1;
};

std::vector<std::string> ReadHeader(Reader& reader) {
  reader.SkipBlankLines();
  if (reader.AtEnd()) {
    reader.FailAt(1, "no header", "a line with the names of the columns", "adding the header");
  }
  const int64_t line = reader.line();
  std::vector<std::string> header = reader.ReadRow();
  for (auto name = header.begin(); name != header.end(); ++name) {
    if (name->empty()) {
      reader.FailAt(line, "a column without a name", "a name for every column", "naming it");
    }
    if (std::find(header.begin(), name, *name) != name) {
      reader.FailAt(line, "the column " + Quoted(*name) + " twice", "each column once",
                    "renaming one of the two");
    }
  }
  return header;
}

}  // namespace

void ForEachCsvRowOf(std::string_view text, std::string_view name,
                     const RecordCallback& on_record) {
  Reader reader(text, name);
  const std::vector<std::string> header = ReadHeader(reader);
  for (reader.SkipBlankLines(); !reader.AtEnd(); reader.SkipBlankLines()) {
    const int64_t line = reader.line();
    std::vector<std::string> fields = reader.ReadRow();
    if (fields.size() != header.size()) {
      reader.FailAt(line, std::to_string(fields.size()) + " fields",
                    std::to_string(header.size()) + " as in the header",
                    "quoting fields that hold commas or newlines");
    }
    Json record = Json::object();
    for (size_t i = 0; i < header.size(); ++i) record[header[i]] = std::move(fields[i]);
    on_record(record, line);
  }
}

void ForEachCsvRow(const std::filesystem::path& path, const RecordCallback& on_record) {
  const MappedFile file(path);
  ForEachCsvRowOf({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()},
                  path.string(), on_record);
}

}  // namespace plumbline::data
