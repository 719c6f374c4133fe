// The report of one judged run, for people: report.html, report.md and report.json from one set of
// facts. Called by harness/suite and the `report` verb; judges nothing and trains nothing.
#ifndef PLUMBLINE_REPORTS_REPORT_H_
#define PLUMBLINE_REPORTS_REPORT_H_

#include <filesystem>
#include <vector>

#include "harness/check/comparison.h"

namespace plumbline::report {

// Writes report.html, report.md and report.json into `out`, which is made when missing; each file
// atomically, with bytes that depend on the input alone. `run_directories`: the candidate last, the
// base run before it when there is one. They may be empty or not exist: sections without facts then
// say so. A file of a run that cannot be read is named in the notes, never an error. Errors:
// kEnvironment when `out` cannot be written.
void WriteReport(const check::Comparison& comparison,
                 const std::vector<std::filesystem::path>& run_directories,
                 const std::filesystem::path& out);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_REPORT_H_
