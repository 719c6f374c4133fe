// Closed intervals of real numbers, rounded outward: the result holds every value that the operands
// allow. Used by all arithmetic rules; an empty interval (low > high) means "no value known".
#ifndef PLUMBLINE_HARNESS_AUDIT_INTERVAL_H_
#define PLUMBLINE_HARNESS_AUDIT_INTERVAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline::audit {

struct Interval {
  double low = 1;
  double high = 0;

  bool Empty() const { return !(low <= high); }
  bool Contains(double value) const { return low <= value && value <= high; }
  double Middle() const { return low + (high - low) / 2; }
  double Width() const { return high - low; }
};

// Empty when either side is not a number or low > high.
Interval MakeInterval(double low, double high);
Interval ExactInterval(double value);
// Everything an operation on an empty operand, or a division by an interval around 0, can say.
inline constexpr Interval kEmptyInterval{};

Interval operator+(const Interval& a, const Interval& b);
Interval operator-(const Interval& a, const Interval& b);
Interval operator*(const Interval& a, const Interval& b);
Interval operator/(const Interval& a, const Interval& b);
Interval Intersect(const Interval& a, const Interval& b);
bool Disjoint(const Interval& a, const Interval& b);  // false when one is empty
Interval Widen(const Interval& a, double by);

// The whole numbers inside; nullopt when there are none or more than `most`.
std::optional<std::vector<int64_t>> Integers(const Interval& a, size_t most = 100000);
bool HoldsInteger(const Interval& a);

// "[9.987, 10.009]": `digits` significant digits.
std::string ShowInterval(const Interval& a, int digits = 5);
// `digits` significant digits, shortest form: Show(0.00012345, 3) == "0.000123", 4.444e-08 below.
std::string Show(double value, int digits = 5);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_INTERVAL_H_
