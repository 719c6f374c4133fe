// A number as it was printed: its text, its value, and half a unit of its last printed digit. Rules
// compute with the interval a printed number stands for, so a rounded figure never contradicts the
// true one. Knows nothing of where the number was read.
#ifndef PLUMBLINE_HARNESS_AUDIT_DECIMAL_H_
#define PLUMBLINE_HARNESS_AUDIT_DECIMAL_H_

#include <optional>
#include <string>
#include <string_view>

#include "harness/audit/interval.h"

namespace plumbline::audit {

struct Decimal {
  std::string text;     // as printed, group separators removed
  double value = 0;     // NaN and infinities possible: ask Finite
  double half_ulp = 0;  // half of 10^-(printed digits); 0.5 for "1200"

  bool Finite() const;
  // value +- half_ulp, widened by a few ulp of a double: a number printed with all its digits still
  // went through double arithmetic. An empty interval when it is not finite.
  Interval Printed() const;
  // Only the value, for counts and settings, which are not rounded.
  Interval Exact() const;
};

// "0.4", "3.96e-06", "-1", "1_000", "1,000" (groups of three), "NaN", "nan", "Infinity", "-inf";
// nothing else may follow. nullopt when it is no number.
std::optional<Decimal> ParseDecimal(std::string_view text);

// Rows, steps or parameters: not negative and below 1e15, beyond which nothing is counted. NaN is none.
constexpr bool IsCount(double value) { return value >= 0 && value < 1e15; }

// A number that was computed, not printed: its shortest decimal, no rounding beyond double.
Decimal DecimalOf(double value);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_DECIMAL_H_
