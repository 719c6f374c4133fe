// D1: equal to the last bit within one numeric key; one unit in the last place fails.
#include "harness/check/rule.h"

namespace plumbline::check {

RowDecision JudgeBitwise(const Observation& baseline, const Observation& candidate) {
  const auto divergence = FindDivergence(baseline.values, candidate.values);
  if (!divergence) return {RowStatus::kSame, true, "bitwise equal", std::nullopt};
  const bool same_length = baseline.values.size() == candidate.values.size();
  return {SideOf(baseline, *divergence, same_length), true, Describe(*divergence), divergence};
}

}  // namespace plumbline::check
