// What a run directory says, read once: observations, ledger, configuration, environment.
// The input of check and accept; also turned into baseline files.
#ifndef PLUMBLINE_HARNESS_CHECK_RUN_RECORD_H_
#define PLUMBLINE_HARNESS_CHECK_RUN_RECORD_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/check/baseline.h"
#include "harness/check/machine.h"
#include "harness/check/observation.h"
#include "harness/config/resolved.h"
#include "harness/ledger/ledger.h"

namespace plumbline::check {

struct RunRecord {
  std::string label;     // the directory's own name
  std::string evidence;  // SHA-256 of observations.json
  ObservationSet set;
  ledger::Ledger ledger;
  config::Resolved config;
  Environment environment;
};

// Reads observations.json, ledger.json, resolved_config.json and environment.json. Errors: kData.
RunRecord ReadRun(const std::filesystem::path& directory);

// Reasons why nothing of this run may be judged or accepted: not complete, its own problems, no
// metrics, a defect of an observation (NaN, ...), losses or gradients that were not finite without
// a skipped step. Empty: sound.
std::vector<std::string> ProblemsOf(const RunRecord& run);

// Front of the names in Baseline::recorded that come from Environment::code.
inline constexpr const char* kCodePrefix = "code.";

// What the two baseline files of this run would say, without history. D1, N1 and N2 go to `keyed`.
Baseline ExactOf(const RunRecord& run);
Baseline KeyedOf(const RunRecord& run);

// The configuration stored in an exact baseline.
config::Resolved ConfigOf(const Baseline& baseline);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_RUN_RECORD_H_
