// Accepting: the reviewed transaction that turns measured runs into baseline files. The only writer
// of them. Called by `baseline accept` and by //suites:NAME.accept; refuses anything that was not
// soundly measured.
#ifndef PLUMBLINE_HARNESS_CHECK_ACCEPT_H_
#define PLUMBLINE_HARNESS_CHECK_ACCEPT_H_

#include <filesystem>
#include <string>
#include <vector>

namespace plumbline::check {

struct AcceptOptions {
  std::string reason;       // required
  std::string recorded_by;  // the command, for the provenance
  std::vector<std::string>
      metrics;  // names to store, in every class they have; empty: all that was measured
};

struct AcceptResult {
  std::vector<std::filesystem::path> written;  // empty: the files already say this
  std::vector<std::string>
      changes;  // "eval.rouge1.f1 D1: 0.41 -> 0.53", "x: new", "y: removed", config lines
};

// Stores what `run_directories` measured under `baseline_directory` (exact.txt and the file of this
// machine's key). D1 needs two runs that are bitwise equal, D0 the same; C keeps the values of all
// runs, N too. Rows not named keep their bytes, and so does exact.txt while all it says still holds
// (recording a further machine). Errors: kUsage without a reason or for a name nobody measured
// (nearest given), or when configurations differ from the stored one and only some metrics are
// named; kData when a run is crashed, INVALID, not finite, under-sampled, has a broken identity, is
// another suite or machine than the first, or repeats differently (metric and first step named);
// kData when an existing file was edited by hand. Nothing is written on an error.
AcceptResult AcceptRuns(const std::vector<std::filesystem::path>& run_directories,
                        const std::filesystem::path& baseline_directory,
                        const AcceptOptions& options);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_ACCEPT_H_
