// D2: the same series on any machine, within an envelope that grows with the step.
#include <algorithm>
#include <cmath>

#include "harness/base/number.h"
#include "harness/check/rule.h"

namespace plumbline::check {
namespace {

// Wanted as `inside`, so that a NaN on either side is outside.
bool IsInside(const Envelope& envelope, int64_t step, double baseline, double candidate) {
  const double scale = std::max(std::fabs(baseline), envelope.floor);
  return std::fabs(candidate - baseline) <= RelativeBound(envelope, step) * scale;
}

}  // namespace

double RelativeBound(const Envelope& envelope, int64_t step) {
  if (envelope.doubling_steps == 0) return std::min(envelope.start, envelope.cap);
  return std::min(envelope.cap,
                  envelope.start * std::exp2(static_cast<double>(step) / envelope.doubling_steps));
}

RowDecision JudgeBounded(const Observation& baseline, const Observation& candidate) {
  const auto divergence = FindDivergence(baseline.values, candidate.values);
  if (!divergence) return {RowStatus::kSame, true, "bitwise equal", std::nullopt};
  if (baseline.values.size() != candidate.values.size()) {
    return {RowStatus::kChanged, true, Describe(*divergence), divergence};
  }
  for (size_t i = 0; i < baseline.values.size(); ++i) {
    const double stored = NumberOf(baseline.values[i]);
    const double measured = NumberOf(candidate.values[i]);
    const int64_t step = static_cast<int64_t>(i);
    if (IsInside(baseline.envelope, step, stored, measured)) continue;
    return {SideOf(baseline, *divergence, true), true,
            "leaves its envelope at " + std::to_string(i) + ": " + ShortestDecimal(stored) +
                " -> " + ShortestDecimal(measured) + ", allowed " +
                ShortestDecimal(RelativeBound(baseline.envelope, step)) + " relative",
            divergence};
  }
  return {RowStatus::kSame, true, "within its envelope; " + Describe(*divergence), divergence};
}

}  // namespace plumbline::check
