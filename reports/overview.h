// Several judged runs on one page: which is which, what was said of each, their numbers side by
// side. Called by the `report` verb; judges nothing.
#ifndef PLUMBLINE_REPORTS_OVERVIEW_H_
#define PLUMBLINE_REPORTS_OVERVIEW_H_

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harness/check/comparison.h"
#include "reports/block.h"

namespace plumbline::report {

struct JudgedRun {
  std::string label;  // of the run, different for each; names its folder below the report's
  check::Comparison comparison;
  std::vector<std::filesystem::path> directories;  // as WriteReport's run_directories
};

// One run: WriteReport, and report.xml (JUnit). Several: report.html, report.md, report.json and
// report.xml tell of all of them, and LABEL/ holds the report of each. Errors: as WriteReport.
void WriteReports(std::span<const JudgedRun> runs, const std::filesystem::path& out);

// The sections of the page of several runs: verdicts, then values side by side. Every cell comes
// from a comparison; nothing is computed anew.
std::vector<Section> OverviewSections(std::span<const JudgedRun> runs);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_OVERVIEW_H_
