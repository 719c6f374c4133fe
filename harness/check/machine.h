// What the numbers were made on: environment.json, and the two keys that decide which stored rows
// may be compared. Filled by harness/run from @machine//:key.txt and the runtime; fields, never an
// opaque hash, so a mismatch is named.
#ifndef PLUMBLINE_HARNESS_CHECK_MACHINE_H_
#define PLUMBLINE_HARNESS_CHECK_MACHINE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::check {

using Fields = std::map<std::string, std::string>;

struct Environment {
  Fields machine;     // key.txt and the runtime: "cpu.isa", "threads", "device", "deterministic",
                      // "gpu.*", ...
  Fields code;        // "binary" (SHA-256 of the program), "revision"
  Fields covariates;  // clocks, temperature, load: shown, never part of a key
};

// Numeric: equal fields promise equal bits (D1). Performance: equal fields allow comparing times
// (N1, N2).
struct MachineKey {
  Fields numeric;
  Fields performance;
};

struct FieldDifference {
  std::string name;
  std::string baseline;  // "absent" where a side lacks the field
  std::string candidate;
};

// Lines `name = value` as @machine writes them; empty lines and those that begin with '#' are
// skipped. Errors: kData with file and line for a line without " = " or a name given twice.
Fields ParseFields(std::string_view text, std::string_view where);

// Splits the machine fields by the table in machine.cc; a field nobody classified is in both keys:
// it may matter.
MachineKey KeyOf(const Environment& environment);

// Names that differ, in order.
std::vector<FieldDifference> CompareFields(const Fields& baseline, const Fields& candidate);

// "cpu.isa (avx,avx2 here avx), threads (2 here 1)"; at most `most` of them, the rest counted.
std::string Describe(const std::vector<FieldDifference>& differences, size_t most);

// File name of a key without extension: a readable front, then eight hexadecimal digits over all
// fields of both keys.
std::string FileStemOf(const MachineKey& key);

// environment.json and back. Errors: kData.
Json ToJson(const Environment& environment);
Environment EnvironmentFromJson(const Json& json);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_MACHINE_H_
