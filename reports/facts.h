// What a report is made from: the comparison, and what could be read of the run directories.
// Read once by report.cc; sections only look.
#ifndef PLUMBLINE_REPORTS_FACTS_H_
#define PLUMBLINE_REPORTS_FACTS_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/check/comparison.h"
#include "harness/check/machine.h"
#include "harness/check/observation.h"
#include "harness/config/resolved.h"
#include "harness/ledger/ledger.h"

namespace plumbline::report {

// A run directory; a part is absent when its file is missing or broken.
struct Run {
  std::optional<check::ObservationSet> observations;
  std::optional<ledger::Ledger> ledger;
  std::optional<config::Resolved> config;
  std::optional<check::Environment> environment;
  Json trainer_state;                   // null when absent
  Json results;                         // all_results.json; null when absent
  std::vector<std::string> unreadable;  // names of files that are there and could not be read
};

struct Facts {
  check::Comparison comparison;  // absolute paths in messages shortened
  std::optional<Run> base;  // the run compared with, when it is a run and not a stored baseline
  std::optional<Run> candidate;  // empty: nothing was run
};

Facts ReadFacts(const check::Comparison& comparison,
                const std::vector<std::filesystem::path>& run_directories);

// The observation of this name and class, or null.
const check::Observation* FindObservation(const std::optional<Run>& run, const std::string& name,
                                          check::MetricClass metric_class);

// `text` with every quoted absolute path cut to its last two names: a report says the same wherever
// it was made.
std::string WithoutAbsolutePaths(const std::string& text);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_FACTS_H_
