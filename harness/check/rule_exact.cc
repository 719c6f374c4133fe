// D0: equal everywhere, to the last bit and character.
#include "harness/check/rule.h"

namespace plumbline::check {

RowDecision JudgeExact(const Observation& baseline, const Observation& candidate) {
  const auto divergence = FindDivergence(baseline.values, candidate.values);
  if (!divergence) return {RowStatus::kSame, true, "equal", std::nullopt};
  const bool same_length = baseline.values.size() == candidate.values.size();
  return {SideOf(baseline, *divergence, same_length), true, Describe(*divergence), divergence};
}

}  // namespace plumbline::check
