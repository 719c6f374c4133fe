#include "harness/audit/decimal.h"

#include <cmath>
#include <limits>

#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

constexpr double kArithmeticRelative = 16 * std::numeric_limits<double>::epsilon();

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "1,234" and "1_234": commas only between groups of three digits; underscores anywhere inside.
std::optional<std::string> WithoutGroups(std::string_view text) {
  std::string plain;
  const size_t point = text.find_first_of(".eE");
  const std::string_view whole = text.substr(0, point);
  for (size_t i = 0; i < whole.size(); ++i) {
    if (whole[i] == '_') {
      if (i == 0 || i + 1 == whole.size() || !IsDigit(whole[i - 1])) return std::nullopt;
      continue;
    }
    if (whole[i] == ',') {
      const bool grouped = i > 0 && IsDigit(whole[i - 1]) && (whole.size() - i - 1) % 4 == 3;
      if (!grouped) return std::nullopt;
      continue;
    }
    plain += whole[i];
  }
  if (point != std::string_view::npos) plain += text.substr(point);
  return plain;
}

std::optional<double> NamedNumber(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  std::string lower;
  for (const char c : text.substr(negative ? 1 : 0)) {
    lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (lower == "inf" || lower == "infinity") {
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  return std::nullopt;
}

// Digits after the point, less the exponent: the power of ten of the last printed digit, negated.
int DecimalsOf(std::string_view text) {
  const size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  const size_t point = mantissa.find('.');
  const int digits =
      point == std::string_view::npos ? 0 : static_cast<int>(mantissa.size() - point - 1);
  if (e == std::string_view::npos) return digits;
  std::string_view exponent = text.substr(e + 1);
  if (!exponent.empty() && exponent.front() == '+') exponent.remove_prefix(1);
  const auto parsed = ParseInt(exponent);
  return parsed ? digits - static_cast<int>(*parsed) : digits;
}

}  // namespace

bool Decimal::Finite() const { return std::isfinite(value); }

Interval Decimal::Printed() const {
  if (!Finite()) return kEmptyInterval;
  const double half = std::max(half_ulp, std::abs(value) * kArithmeticRelative);
  return MakeInterval(value - half * (1 + kArithmeticRelative),
                      value + half * (1 + kArithmeticRelative));
}

Interval Decimal::Exact() const { return Finite() ? ExactInterval(value) : kEmptyInterval; }

std::optional<Decimal> ParseDecimal(std::string_view text) {
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (const auto named = NamedNumber(text)) return Decimal{std::string(text), *named, 0};
  auto plain = WithoutGroups(text.front() == '+' ? text.substr(1) : text);
  if (!plain || plain->empty()) return std::nullopt;
  const char first = plain->front() == '-' && plain->size() > 1 ? (*plain)[1] : plain->front();
  if (!IsDigit(first) && first != '.') return std::nullopt;
  if (plain->find_first_not_of("0123456789.eE+-") != std::string::npos) return std::nullopt;
  if (plain->back() == '.') plain->pop_back();
  const auto value = ParseDouble(*plain);
  if (!value) return std::nullopt;
  const int decimals = DecimalsOf(*plain);
  if (decimals < -400 || decimals > 400) return std::nullopt;
  return Decimal{*plain, *value, 0.5 * std::pow(10.0, -decimals)};
}

Decimal DecimalOf(double value) { return Decimal{ShortestDecimal(value), value, 0}; }

}  // namespace plumbline::audit
