// A baseline file: reviewable, sorted, line-oriented text with its provenance, written by accept
// alone. exact.txt holds D0, C and D2 and gates everywhere; KEY.txt holds D1, N1 and N2 and gates
// on its keys.
#ifndef PLUMBLINE_HARNESS_CHECK_BASELINE_H_
#define PLUMBLINE_HARNESS_CHECK_BASELINE_H_

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/machine.h"
#include "harness/check/observation.h"

namespace plumbline::check {

// One acceptance. `predecessor` is the digest of the acceptance before, `content` that of
// everything the file says outside its acceptances: a row, key or reason edited by hand breaks the
// chain.
struct Acceptance {
  std::string recorded_by;  // the command
  std::string reason;
  std::vector<std::string> evidence;  // SHA-256 of the observations.json of each run
  std::vector<std::string> metrics;   // names given to accept; empty: all
  std::string repetition;             // "2 runs, bitwise equal", or "1 run"
  std::string content;
  std::string predecessor;  // "none" for the first
};

enum class Scope { kExact, kKeyed };

struct Baseline {
  Scope scope = Scope::kExact;
  std::string suite;
  MachineKey key;   // kKeyed only
  Fields recorded;  // kExact only: code and machine of the last recording, never compared for a
                    // verdict
  std::map<std::string, std::string>
      config;  // kExact only: key -> its entry of resolved_config.json on one line
  std::map<std::string, int64_t>
      plan;                         // kExact only: planned work, for the arithmetic of CONFIG_DRIFT
  std::vector<Observation> rows;    // sorted by name, then class
  std::vector<Acceptance> history;  // oldest first, at least one in a file
};

// The scope a class is stored in.
Scope ScopeOf(MetricClass metric_class);

// The file's text. Parsing it gives the same text again, byte for byte.
std::string ToText(const Baseline& baseline);

// Errors: kData `file:line`, for anything that ToText would not have written: an unknown word, rows
// out of order or twice, a value that is NaN, infinite or not of its type, a broken digest chain
// (edited by hand), a missing history.
Baseline ParseBaseline(std::string_view text, std::string_view where);

// Digest of all but the history; digest of an acceptance, which the next one names.
std::string ContentDigest(const Baseline& baseline);
std::string AcceptanceDigest(const Acceptance& acceptance);

// Sorts the rows, seals `next` with content and predecessor and appends it.
void Append(Baseline& baseline, Acceptance next);

const Observation* FindRow(const Baseline& baseline, const std::string& name,
                           MetricClass metric_class);

// All files of a suite. `exact` is absent when there is no exact.txt.
struct BaselineSet {
  std::optional<Baseline> exact;
  std::map<std::string, Baseline> keyed;  // file stem -> contents
};

// Reads exact.txt and every other *.txt of the directory; a missing directory is an empty set.
// Errors: kData, also when a file names another suite than `suite` or another scope than its name
// says.
BaselineSet ReadBaselines(const std::filesystem::path& directory, const std::string& suite);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_BASELINE_H_
