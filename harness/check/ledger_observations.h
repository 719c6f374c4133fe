// The ledger as observations, so that planned and done work is gated like any metric.
// Called by harness/run after training.
#ifndef PLUMBLINE_HARNESS_CHECK_LEDGER_OBSERVATIONS_H_
#define PLUMBLINE_HARNESS_CHECK_LEDGER_OBSERVATIONS_H_

#include <string_view>
#include <vector>

#include "harness/check/observation.h"
#include "harness/ledger/ledger.h"

namespace plumbline::check {

// plan.*, work.*, model.*, data.*, operators.* and memory.*. `steps_depend_on_numerics` (early
// stopping on a measured loss) moves done work from D0 to D1. Allocation counts and bytes are D1,
// the peak is C with a quantum of kPeakQuantumBytes. What was not measured is left out, and so is
// what DiedWithAProcess.
std::vector<Observation> LedgerObservations(const ledger::Ledger& ledger,
                                            bool steps_depend_on_numerics);

// Whether the row `name` is a sum over processes that lacks what one of them counted before it was
// lost: operators, allocations, FLOPs. Such a row says nothing of the program and is not judged.
bool DiedWithAProcess(std::string_view name, const ledger::Observed& observed);

// Slack of a peak: allocators round blocks up to this.
inline constexpr double kPeakQuantumBytes = 2 * 1024 * 1024;

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_LEDGER_OBSERVATIONS_H_
