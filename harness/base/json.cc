#include "harness/base/json.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace plumbline {
namespace {

// nlohmann keeps the last of two equal keys in silence; a callback sees both.
class DuplicateKeys {
 public:
  bool operator()(int /*depth*/, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) open_.emplace_back();
    if (event == Event::object_end) open_.pop_back();
    if (event == Event::key && !open_.back().insert(parsed.get<std::string>()).second) {
      throw Error(ErrorKind::kData, parsed.get<std::string>());
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> open_;
};

std::string PlaceOf(std::string_view text, size_t byte, int64_t line) {
  const size_t end = std::min(byte, text.size());
  size_t column = 1;
  for (size_t i = 0; i + 1 < end; ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    if (text[i] == '\n') ++line;
  }
  return std::to_string(line) + ":" + std::to_string(column);
}

void RequireFinite(const Json& value) {
  if (value.is_number_float()) PLUMBLINE_CHECK(std::isfinite(value.get<double>()));
  if (!value.is_structured()) return;
  for (const auto& child : value) RequireFinite(child);
}

}  // namespace

Json ParseJson(std::string_view text, std::string_view where, int64_t first_line) {
  DuplicateKeys duplicates;
  try {
    return Json::parse(text.begin(), text.end(), std::ref(duplicates));
  } catch (const Json::parse_error& error) {
    Fail(ErrorKind::kData, "reading " + std::string(where) + ":" + PlaceOf(text, error.byte, first_line),
         "text that is not JSON", "valid JSON", "the file again from its source");
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kData, "reading " + std::string(where) + ":" + std::to_string(first_line), error.what(), "valid JSON in UTF-8",
         "the file again from its source");
  } catch (const Error& error) {
    Fail(ErrorKind::kData, "reading " + std::string(where) + ":" + std::to_string(first_line),
         "the key " + Quoted(error.what()) + " twice in one object", "each key once",
         "removing one of the two");
  }
}

Json ReadJsonFile(const std::filesystem::path& path) {
  return ParseJson(ReadFile(path), Quoted(path.string()));
}

std::string DumpJson(const Json& value) {
  RequireFinite(value);
  return value.dump(2, ' ', false, Json::error_handler_t::strict) + "\n";
}

void WriteJsonFile(const std::filesystem::path& path, const Json& value) {
  WriteFileAtomic(path, DumpJson(value));
}

}  // namespace plumbline
