// The straight line of a warm-up, through printed learning rates: rate = ramp * (step - offset).
// Offset 1: the logger prints the rate before the step (transformers since 4.50, #36973); 0: after.
// Source: catalogue D5, D6.
#ifndef PLUMBLINE_HARNESS_AUDIT_LEARNING_RATE_LINE_H_
#define PLUMBLINE_HARNESS_AUDIT_LEARNING_RATE_LINE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/audit/interval.h"

namespace plumbline::audit {

struct RatePoint {
  Interval step;  // whole numbers inside are its possible steps
  Interval rate;  // as printed
};

struct LearningRateLine {
  int offset = 0;
  Interval ramp;               // of one step
  std::vector<int64_t> steps;  // of each point
};

// A line through all points with whole steps, the larger offset first; nullopt: none fits, or fewer
// than two points (a single one fits any line).
std::optional<LearningRateLine> FitWarmup(const std::vector<RatePoint>& points);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_LEARNING_RATE_LINE_H_
