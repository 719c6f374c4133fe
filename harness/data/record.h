// One record of a data file as an Example: which fields it needs and what may stand in them. Called
// by dataset.cc alone.
#ifndef PLUMBLINE_HARNESS_DATA_RECORD_H_
#define PLUMBLINE_HARNESS_DATA_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/data/dataset.h"

namespace plumbline::data {

// Where a record came from, for errors.
struct RecordSource {
  std::string_view file;
  int64_t line = 0;
  bool is_csv = false;  // every field is text; a list of ids is written as a JSON list
};

// Errors: kData with file and line for a missing, empty or ill-typed field.
Example ExampleOf(const Json& record, const RecordSource& source, const FieldNames& fields,
                  bool require_summary);

// kData: `reading 'file':line: found <found>, wanted <wanted>; try <hint>`.
[[noreturn]] void FailRecord(const RecordSource& source, std::string_view found,
                             std::string_view wanted, std::string_view hint);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_RECORD_H_
