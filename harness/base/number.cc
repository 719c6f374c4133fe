#include "harness/base/number.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace plumbline {
namespace {

std::string NonFinite(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

template <typename... Format>
std::string Chars(double value, Format... format) {
  char buffer[400];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, format...);
  return std::string(buffer, result.ptr);
}

}  // namespace

std::string ShortestDecimal(double value) {
  return std::isfinite(value) ? Chars(value) : NonFinite(value);
}

std::string HexFloat(double value) {
  if (!std::isfinite(value)) return NonFinite(value);
  const std::string text = Chars(std::fabs(value), std::chars_format::hex);
  return (std::signbit(value) ? "-0x" : "0x") + text;
}

std::optional<double> ParseDouble(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.front() == '-' || text.front() == 'n' || text.front() == 'i') return std::nullopt;
  auto format = std::chars_format::general;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    format = std::chars_format::hex;
  }
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return negative ? -value : value;
}

std::optional<int64_t> ParseInt(std::string_view text) {
  int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Fixed(double value, int digits) {
  return std::isfinite(value) ? Chars(value, std::chars_format::fixed, digits) : NonFinite(value);
}

}  // namespace plumbline
