// Which evaluation of a run is best by a metric. Used by the rules of checkpoints.
#ifndef PLUMBLINE_HARNESS_AUDIT_BEST_EVALUATION_H_
#define PLUMBLINE_HARNESS_AUDIT_BEST_EVALUATION_H_

#include <string>
#include <string_view>

#include "harness/audit/evidence.h"

namespace plumbline::audit {

struct Best {
  const Point* point = nullptr;  // nullptr: the metric was never printed
  const Reading* reading = nullptr;
};

// The first of equal ones.
Best BestOf(const Evidence& run, std::string_view name, bool greater);
// "step 30", else "epoch 1.0", else "?".
std::string PlaceText(const Point& point);
bool IsLossName(const std::string& metric);
bool IsScoreName(const std::string& metric);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_BEST_EVALUATION_H_
