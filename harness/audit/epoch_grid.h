// The logging cadence as printed epochs show it. Used by timeline.cc alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_EPOCH_GRID_H_
#define PLUMBLINE_HARNESS_AUDIT_EPOCH_GRID_H_

#include "harness/audit/evidence.h"

namespace plumbline::audit {

// The largest grid (in epochs) that every printed epoch lies on: the logging cadence. 0 when there
// is none coarser than the printed digits.
double EpochGrid(const Evidence& run, double half_ulp);

// Every printed epoch is a whole number of cadences, of so many steps each, rounded.
bool RoundedFrom(const Evidence& run, double half_ulp, double cadence, double steps_per_epoch);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_EPOCH_GRID_H_
