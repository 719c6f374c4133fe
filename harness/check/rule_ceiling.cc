// C: the largest value may not exceed the stored largest by more than the stored quantum. Less is
// shown, not gated: another machine may need less, and a ceiling is tightened by accepting.
#include <algorithm>

#include "harness/base/number.h"
#include "harness/check/rule.h"

namespace plumbline::check {
namespace {

double Largest(const Observation& observation) {
  double largest = NumberOf(observation.values.front());
  for (const Value& value : observation.values) largest = std::max(largest, NumberOf(value));
  return largest;
}

}  // namespace

RowDecision JudgeCeiling(const Observation& baseline, const Observation& candidate) {
  const double ceiling = Largest(baseline) + baseline.quantum;
  const double measured = Largest(candidate);
  const std::string numbers = ShortestDecimal(measured) + " " + baseline.unit + ", ceiling " +
                              ShortestDecimal(Largest(baseline)) + " + " +
                              ShortestDecimal(baseline.quantum);
  const auto divergence = FindDivergence(baseline.values, candidate.values);
  if (!(measured <= ceiling)) return {RowStatus::kWorse, true, numbers, divergence};
  const bool lower = measured < Largest(baseline) - baseline.quantum;
  return {lower ? RowStatus::kBetter : RowStatus::kSame, !lower, numbers, divergence};
}

}  // namespace plumbline::check
