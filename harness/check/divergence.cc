#include "harness/check/divergence.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::check {
namespace {

constexpr const char* kAbsent = "absent";
constexpr uint64_t kMostUlps = 1'000'000;  // beyond, a relative difference says more

// Maps the bit patterns of a sign-magnitude format onto integers in numeric order; -0.0 lies one
// below 0.0.
template <typename Unsigned>
Unsigned Ordered(Unsigned bits) {
  constexpr Unsigned sign = Unsigned{1} << (std::numeric_limits<Unsigned>::digits - 1);
  return (bits & sign) != 0 ? static_cast<Unsigned>(~bits) : static_cast<Unsigned>(bits | sign);
}

template <typename Unsigned, typename Real>
uint64_t Distance(Real a, Real b) {
  const Unsigned left = Ordered(std::bit_cast<Unsigned>(a));
  const Unsigned right = Ordered(std::bit_cast<Unsigned>(b));
  return left > right ? left - right : right - left;
}

bool SameBits(const Value& a, const Value& b) {
  if (IsNonFinite(a) || IsNonFinite(b) || a.index() != b.index()) return false;
  const auto* real = std::get_if<double>(&a);
  if (real == nullptr) return a == b;
  return std::bit_cast<uint64_t>(*real) == std::bit_cast<uint64_t>(std::get<double>(b));
}

bool IsText(const Value& value) { return std::holds_alternative<std::string>(value); }

bool IsSingle(double value) { return static_cast<double>(static_cast<float>(value)) == value; }

void AddUlps(const Value& a, const Value& b, Divergence& divergence) {
  const auto* left = std::get_if<double>(&a);
  const auto* right = std::get_if<double>(&b);
  if (left == nullptr || right == nullptr || !std::isfinite(*left) || !std::isfinite(*right))
    return;
  divergence.single_precision = IsSingle(*left) && IsSingle(*right);
  divergence.ulps = divergence.single_precision
                        ? UlpDistance(static_cast<float>(*left), static_cast<float>(*right))
                        : UlpDistance(*left, *right);
}

double RelativeTo(double baseline, double difference) {
  if (difference == 0) return 0;
  const double relative = std::fabs(difference) / std::fabs(baseline);
  return std::isnan(relative) ? std::numeric_limits<double>::infinity() : relative;
}

void AddPair(const Value& baseline, const Value& candidate, Divergence& divergence) {
  if (IsText(baseline) || IsText(candidate)) return;
  const double difference = NumberOf(candidate) - NumberOf(baseline);
  divergence.signed_sum += difference;
  divergence.largest_relative =
      std::max(divergence.largest_relative, RelativeTo(NumberOf(baseline), difference));
}

}  // namespace

uint64_t UlpDistance(double a, double b) { return Distance<uint64_t>(a, b); }
uint64_t UlpDistance(float a, float b) { return Distance<uint32_t>(a, b); }

double NumberOf(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  PLUMBLINE_CHECK(std::holds_alternative<int64_t>(value));
  return static_cast<double>(std::get<int64_t>(value));
}

std::string ValueText(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return ShortestDecimal(*real);
  if (const auto* integer = std::get_if<int64_t>(&value)) return std::to_string(*integer);
  return std::get<std::string>(value);
}

std::optional<Divergence> FindDivergence(const std::vector<Value>& baseline,
                                         const std::vector<Value>& candidate) {
  Divergence divergence;
  divergence.compared = static_cast<int64_t>(std::max(baseline.size(), candidate.size()));
  for (size_t i = 0; i < static_cast<size_t>(divergence.compared); ++i) {
    const bool both = i < baseline.size() && i < candidate.size();
    if (both && SameBits(baseline[i], candidate[i])) continue;
    if (divergence.differing++ == 0) {
      divergence.first_index = static_cast<int64_t>(i);
      divergence.baseline = i < baseline.size() ? ValueText(baseline[i]) : kAbsent;
      divergence.candidate = i < candidate.size() ? ValueText(candidate[i]) : kAbsent;
      if (both) AddUlps(baseline[i], candidate[i], divergence);
    }
    if (both) AddPair(baseline[i], candidate[i], divergence);
  }
  if (divergence.differing == 0) return std::nullopt;
  return divergence;
}

namespace {

std::string Relative(double relative) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1e relative", relative);
  return text;
}

// Of the first pair that differs, where it is far apart and its baseline is not 0.
std::string FirstRelative(const Divergence& divergence) {
  const auto before = ParseDouble(divergence.baseline);
  const auto after = ParseDouble(divergence.candidate);
  if (!before || !after || *before == 0) return "";
  return " (" + Relative(std::fabs(*after - *before) / std::fabs(*before)) + ")";
}

}  // namespace

std::string Describe(const Divergence& divergence) {
  std::string text = divergence.baseline + " -> " + divergence.candidate;
  if (divergence.ulps && *divergence.ulps > kMostUlps) {
    text += FirstRelative(divergence);
  } else if (divergence.ulps) {
    text += " (" + std::to_string(*divergence.ulps) + " ULP" +
            (divergence.single_precision ? " fp32)" : ")");
  }
  if (divergence.compared == 1) return text;
  text = "first at " + std::to_string(divergence.first_index) + " of " +
         std::to_string(divergence.compared) + ": " + text + ", " +
         std::to_string(divergence.differing) + " differ";
  if (divergence.largest_relative == 0) return text;
  return text + ", largest " + Relative(divergence.largest_relative);
}

}  // namespace plumbline::check
