#include "harness/audit/interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace plumbline::audit {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Interval Outward(double low, double high) {
  if (std::isnan(low) || std::isnan(high)) return kEmptyInterval;
  return {std::nextafter(low, -kInfinity), std::nextafter(high, kInfinity)};
}

Interval Hull(const std::array<double, 4>& corners) {
  for (const double corner : corners) {
    if (std::isnan(corner)) return kEmptyInterval;
  }
  return Outward(*std::ranges::min_element(corners), *std::ranges::max_element(corners));
}

}  // namespace

Interval MakeInterval(double low, double high) {
  if (!(low <= high)) return kEmptyInterval;
  return {low, high};
}

Interval ExactInterval(double value) { return MakeInterval(value, value); }

Interval operator+(const Interval& a, const Interval& b) {
  if (a.Empty() || b.Empty()) return kEmptyInterval;
  return Outward(a.low + b.low, a.high + b.high);
}

Interval operator-(const Interval& a, const Interval& b) {
  if (a.Empty() || b.Empty()) return kEmptyInterval;
  return Outward(a.low - b.high, a.high - b.low);
}

Interval operator*(const Interval& a, const Interval& b) {
  if (a.Empty() || b.Empty()) return kEmptyInterval;
  return Hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
}

Interval operator/(const Interval& a, const Interval& b) {
  if (a.Empty() || b.Empty() || b.Contains(0)) return kEmptyInterval;
  return Hull({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high});
}

Interval Intersect(const Interval& a, const Interval& b) {
  if (a.Empty() || b.Empty()) return kEmptyInterval;
  return MakeInterval(std::max(a.low, b.low), std::min(a.high, b.high));
}

bool Disjoint(const Interval& a, const Interval& b) {
  return !a.Empty() && !b.Empty() && (a.high < b.low || b.high < a.low);
}

Interval Widen(const Interval& a, double by) {
  if (a.Empty()) return a;
  return MakeInterval(a.low - by, a.high + by);
}

std::optional<std::vector<int64_t>> Integers(const Interval& a, size_t most) {
  constexpr double kLargestExact = 9007199254740992.0;  // 2^53
  if (a.Empty() || std::abs(a.low) > kLargestExact || std::abs(a.high) > kLargestExact) {
    return std::nullopt;
  }
  const double first = std::ceil(a.low);
  const double last = std::floor(a.high);
  if (first > last || last - first >= static_cast<double>(most)) return std::nullopt;
  std::vector<int64_t> whole;
  for (auto n = static_cast<int64_t>(first); n <= static_cast<int64_t>(last); ++n) {
    whole.push_back(n);
  }
  return whole;
}

bool HoldsInteger(const Interval& a) { return !a.Empty() && std::ceil(a.low) <= a.high; }

std::string ShowInterval(const Interval& a, int digits) {
  if (a.Empty()) return "[]";
  if (a.low == a.high) return Show(a.low, digits);
  return "[" + Show(a.low, digits) + ", " + Show(a.high, digits) + "]";
}

std::string Show(double value, int digits) {
  std::array<char, 64> text{};
  const int written = std::snprintf(text.data(), text.size(), "%.*g", digits, value);
  std::string shown(text.data(), static_cast<size_t>(written));
  // %g turns to exponents from 10^digits on; counts and seconds read better without.
  if (shown.find("e+") != std::string::npos && std::abs(value) < 1e15) {
    const int size = std::snprintf(text.data(), text.size(), "%.0f", value);
    shown.assign(text.data(), static_cast<size_t>(size));
  }
  return shown;
}

}  // namespace plumbline::audit
