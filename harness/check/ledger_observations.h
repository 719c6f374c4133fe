// The ledger as observations, so that planned and done work is gated like any metric.
// Called by harness/run after training.
#ifndef PLUMBLINE_HARNESS_CHECK_LEDGER_OBSERVATIONS_H_
#define PLUMBLINE_HARNESS_CHECK_LEDGER_OBSERVATIONS_H_

#include <vector>

#include "harness/check/observation.h"
#include "harness/ledger/ledger.h"

namespace plumbline::check {

// plan.*, work.*, model.*, data.*, operators.* and memory.*. `steps_depend_on_numerics` (early
// stopping on a measured loss) moves done work from D0 to D1. Allocation counts and bytes are D1,
// the peak is C with a quantum of kPeakQuantumBytes. What was not measured is left out.
std::vector<Observation> LedgerObservations(const ledger::Ledger& ledger,
                                            bool steps_depend_on_numerics);

// Slack of a peak: allocators round blocks up to this.
inline constexpr double kPeakQuantumBytes = 2 * 1024 * 1024;

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_LEDGER_OBSERVATIONS_H_
