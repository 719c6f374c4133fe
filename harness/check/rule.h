// A rule: how one class of metric is judged against its stored values. One line in rules.def, one
// file each. Called by check.cc and accept.cc; a rule sees two sound observations (DefectOf is
// empty) of equal name, class, unit and type.
#ifndef PLUMBLINE_HARNESS_CHECK_RULE_H_
#define PLUMBLINE_HARNESS_CHECK_RULE_H_

#include <optional>
#include <string>

#include "harness/check/divergence.h"
#include "harness/check/observation.h"

namespace plumbline::check {

enum class RowStatus {
  kSame,
  kWorse,          // moved against its direction
  kBetter,         // moved with its direction
  kChanged,        // differs, and no direction says which way
  kMissing,        // the baseline has it, this run does not
  kNew,            // this run has it, the baseline does not
  kNotComparable,  // stored for another machine
  kInsufficient,   // too few values for a statement
  kInvalid,        // not a number, or a tolerance that would disarm the rule
};

struct RowDecision {
  RowStatus status = RowStatus::kSame;
  bool gates = true;   // false: shown, leaves the verdict alone
  std::string reason;  // what decided, with its numbers
  std::optional<Divergence> divergence;
};

using RuleFunction = RowDecision (*)(const Observation& baseline, const Observation& candidate);

#define RULE(metric_class, name, function) \
  RowDecision function(const Observation& baseline, const Observation& candidate);
#include "harness/check/rules.def"
#undef RULE

// The rule of a class, and its name for tables.
RuleFunction RuleOf(MetricClass metric_class);
std::string RuleName(MetricClass metric_class);

// Worse, better or changed for a difference of two series: differences at rounding level (relative,
// up to kRoundingRelative) and series without a direction, of text or of different length are
// kChanged.
RowStatus SideOf(const Observation& baseline, const Divergence& divergence, bool same_length);

// A few units in the last place of fp32 (2^-23 = 1.2e-7): which way such a difference points means
// nothing.
inline constexpr double kRoundingRelative = 1e-6;

// D2: the relative bound at a step of a series: start x 2^(step / doubling_steps), capped.
double RelativeBound(const Envelope& envelope, int64_t step);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_RULE_H_
