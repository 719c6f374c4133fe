// JSON in and out: nlohmann's value type, our errors. Keys are sorted, so equal values give equal bytes.
#ifndef PLUMBLINE_HARNESS_BASE_JSON_H_
#define PLUMBLINE_HARNESS_BASE_JSON_H_

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace plumbline {

using Json = nlohmann::json;

// Parses `text`; `where` names the source in errors and `first_line` is the number of the text's first line there.
// Errors: kData with line and column; duplicate keys refused.
Json ParseJson(std::string_view text, std::string_view where, int64_t first_line = 1);

// Reads and parses a file. Errors: kData when missing, unreadable or not JSON.
Json ReadJsonFile(const std::filesystem::path& path);

// Two-space indent, sorted keys, shortest digits that read back exactly, newline at the end. NaN and
// infinities become the strings "NaN", "Infinity", "-Infinity" only where the caller made them strings;
// a non-finite number here is kInternal.
std::string DumpJson(const Json& value);

// DumpJson to a temporary file, fsync, rename.
void WriteJsonFile(const std::filesystem::path& path, const Json& value);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_JSON_H_
