// The judge: a run directory against stored baselines or another run gives one Comparison. No
// Torch, no training. Called by the suites, `compare` and `baseline`; reads files, writes none.
#ifndef PLUMBLINE_HARNESS_CHECK_CHECK_H_
#define PLUMBLINE_HARNESS_CHECK_CHECK_H_

#include <filesystem>
#include <optional>
#include <string>

#include "harness/check/baseline.h"
#include "harness/check/comparison.h"
#include "harness/check/run_record.h"

namespace plumbline::check {

struct CheckOptions {
  bool strict = false;         // rows of another key, and metrics without a baseline, count
  std::string baseline_label;  // for people; empty: the directory or "baseline"
};

// PLUMBLINE_STRICT=1 (bazel test --config=strict).
bool StrictFromEnvironment();

// Judges a finished run against the files of baselines/SUITE. A run that cannot be read, a broken
// baseline file, no metrics, NaN: the verdict is INVALID with the reason, never an exception.
Comparison CheckRun(const std::filesystem::path& run_directory,
                    const std::filesystem::path& baseline_directory, const CheckOptions& options);

// Judges a run against another run, as if that had been accepted.
Comparison CompareRuns(const std::filesystem::path& base_directory,
                       const std::filesystem::path& run_directory, const CheckOptions& options);

// The two parts of both, on what was read. `baselines.exact` absent: NO_BASELINE.
Comparison Judge(const RunRecord& run, const BaselineSet& baselines, const CheckOptions& options);

// What is known only outside the run directory and leaves nothing to judge, such as how the process
// ended: the verdict is INVALID with this problem, and explained anew.
void MakeInvalid(const std::string& problem, Comparison& comparison);

// Before the first step: semantic values that differ from the baseline's. `planned`: the plan of
// this run; absent, it is worked out from the configuration and the stored row count. Verdict
// CONFIG_DRIFT, else PASS (also without a baseline: the run itself will say NO_BASELINE). Errors:
// none; a broken baseline is INVALID.
Comparison CheckConfigDrift(const config::Resolved& resolved,
                            const std::optional<ledger::Declared>& planned,
                            const std::filesystem::path& baseline_directory,
                            const std::string& suite);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_CHECK_H_
