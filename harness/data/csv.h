// CSV as RFC 4180 has it, with a header line: quoted fields may hold commas, newlines and doubled
// quotes. Called by dataset.h; knows nothing of what a column means.
#ifndef PLUMBLINE_HARNESS_DATA_CSV_H_
#define PLUMBLINE_HARNESS_DATA_CSV_H_

#include <filesystem>
#include <string_view>

#include "harness/data/jsonl.h"

namespace plumbline::data {

// Calls `on_record` with {column: text} for every row; the line is where the row begins. A byte
// order mark and LF line ends are accepted, blank lines between rows are skipped, a newline inside
// quotes is kept as it is. Errors: kData with file and line for an empty file, a header with an
// empty or repeated name, a row with more or fewer fields than the header, a quote inside an
// unquoted field, text behind a closing quote, a quote that is never closed, a carriage return that
// ends no line, invalid UTF-8.
void ForEachCsvRow(const std::filesystem::path& path, const RecordCallback& on_record);

// The same over text in memory; `name` stands for the file in errors.
void ForEachCsvRowOf(std::string_view text, std::string_view name, const RecordCallback& on_record);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_CSV_H_
