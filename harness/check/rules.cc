#include <algorithm>
#include <array>
#include <cmath>

#include "harness/base/error.h"
#include "harness/check/rule.h"

namespace plumbline::check {
namespace {

struct Entry {
  MetricClass metric_class;
  const char* name;
  RuleFunction function;
};

constexpr Entry kRules[] = {
#define RULE(metric_class, name, function) {MetricClass::metric_class, #name, function},
#include "harness/check/rules.def"
#undef RULE
};

const Entry& Find(MetricClass metric_class) {
  const auto found = std::ranges::find(kRules, metric_class, &Entry::metric_class);
  PLUMBLINE_CHECK(found != std::ranges::end(kRules));
  return *found;
}

}  // namespace

RuleFunction RuleOf(MetricClass metric_class) { return Find(metric_class).function; }

std::string RuleName(MetricClass metric_class) { return Find(metric_class).name; }

RowStatus SideOf(const Observation& baseline, const Divergence& divergence, bool same_length) {
  const bool directed = same_length && baseline.direction != Direction::kNone &&
                        divergence.signed_sum != 0 && std::isfinite(divergence.signed_sum) &&
                        divergence.largest_relative > kRoundingRelative;
  if (!directed) return RowStatus::kChanged;
  const bool rose = divergence.signed_sum > 0;
  return rose == (baseline.direction == Direction::kHigher) ? RowStatus::kBetter
                                                            : RowStatus::kWorse;
}

}  // namespace plumbline::check
