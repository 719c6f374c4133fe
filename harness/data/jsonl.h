// JSON lines: one object a line, read in place from a mapped file, so that a file of any size costs
// one record of memory. Called by dataset.h and by verbs; knows nothing of what a record means.
#ifndef PLUMBLINE_HARNESS_DATA_JSONL_H_
#define PLUMBLINE_HARNESS_DATA_JSONL_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "harness/base/json.h"

namespace plumbline::data {

// A record and the 1-based line where it begins.
using RecordCallback = std::function<void(const Json& record, int64_t line)>;

// Calls `on_record` for every line that is not blank. A byte order mark at the start and CRLF line
// ends are accepted. Errors: kData with file and line for invalid UTF-8, broken JSON, or a line
// that is not an object.
void ForEachJsonLine(const std::filesystem::path& path, const RecordCallback& on_record);

// The same over text in memory; `name` stands for the file in errors.
void ForEachJsonLineOf(std::string_view text, std::string_view name,
                       const RecordCallback& on_record);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_JSONL_H_
