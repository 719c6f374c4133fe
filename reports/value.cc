#include "reports/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "harness/base/number.h"

namespace plumbline::report {
namespace {

constexpr int kDigits = 4;
constexpr int kChangeDigits = 3;
constexpr int kExactDigits = 17;  // every double reads back
constexpr size_t kDigestDigits = 64;
constexpr size_t kShownDigits = 12;
constexpr double kGroupedFrom = 1000;
constexpr std::string_view kMinus = "\xE2\x88\x92";
constexpr std::string_view kLast = " values, last ";

bool IsDigest(const std::string& text) {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool IsWhole(const std::string& text) { return ParseInt(text).has_value(); }

std::string WithMinus(const std::string& number) {
  return number.starts_with('-') ? std::string(kMinus) + number.substr(1) : number;
}

// The number inside `value` where there is one: its start, else npos.
size_t NumberStart(const std::string& value) {
  const size_t last = value.find(kLast);
  const size_t start = last == std::string::npos ? 0 : last + kLast.size();
  return ParseDouble(value.substr(start)) ? start : std::string::npos;
}

std::string Shortened(const std::string& value, int digits) {
  if (value.empty()) return "-";
  if (IsDigest(value)) return value.substr(0, kShownDigits) + "...";
  const size_t start = NumberStart(value);
  if (start == std::string::npos) return value;
  const std::string number = value.substr(start);
  if (IsWhole(number)) return value.substr(0, start) + WithMinus(Grouped(number));
  return value.substr(0, start) + WithMinus(BriefNumber(*ParseDouble(number), digits));
}

Text Short(const std::string& value, int digits) {
  Text text{Shortened(value, digits)};
  if (text.value != value && !value.empty()) text.exact = value;
  text.code = IsDigest(value);
  return text;
}

std::string Signed(double value, int digits) {
  return (value > 0 ? "+" : "") + WithMinus(BriefNumber(value, digits));
}

}  // namespace

std::string Grouped(const std::string& whole) {
  if (!IsWhole(whole)) return whole;
  std::string grouped = whole;
  const ptrdiff_t first = whole.starts_with('-') ? 1 : 0;
  for (ptrdiff_t i = std::ssize(whole) - 3; i > first; i -= 3)
    grouped.insert(static_cast<size_t>(i), ",");
  return grouped;
}

std::string BriefNumber(double value, int digits) {
  if (!std::isfinite(value)) return ShortestDecimal(value);
  const double size = std::fabs(value);
  if (size >= kGroupedFrom && size < std::pow(10.0, digits)) digits = std::max(digits, kDigits);
  if (size >= kGroupedFrom && size < 1e15 && digits <= kDigits) return Grouped(Fixed(value, 0));
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits);
  return std::string(buffer, end.ptr);
}

Text ValueText(const std::string& value) { return Short(value, kDigits); }

Sides SidesText(const std::string& baseline, const std::string& candidate) {
  int digits = kDigits;
  while (digits < kExactDigits && baseline != candidate && !IsDigest(baseline) &&
         Shortened(baseline, digits) == Shortened(candidate, digits)) {
    ++digits;
  }
  return {Short(baseline, digits), Short(candidate, digits)};
}

Text ChangeText(const std::string& baseline, const std::string& candidate) {
  const auto before = ParseDouble(baseline);
  const auto after = ParseDouble(candidate);
  if (!before || !after) return {};
  const double change = *after - *before;
  if (change == 0) return {"0"};
  Text text{Signed(change, kChangeDigits)};
  text.exact = ShortestDecimal(change);
  if (*before != 0 && std::isfinite(change)) {
    text.value += " (" + Signed(100 * change / std::fabs(*before), kChangeDigits) + " %)";
  }
  return text;
}

Text StatusText(const check::RowDecision& decision) {
  using check::RowStatus;
  const std::string word = check::ToText(decision.status) + (decision.gates ? "" : " (advisory)");
  switch (decision.status) {
    case RowStatus::kSame:
      return {"\xE2\x80\x93 " + word, "", Tone::kMuted};
    case RowStatus::kWorse:
      return {"\xE2\x96\xBC " + word, "", Tone::kWorse};
    case RowStatus::kBetter:
      return {"\xE2\x96\xB3 " + word, "", Tone::kBetter};
    case RowStatus::kChanged:
      return {"\xE2\x97\x86 " + word, "", Tone::kWorse};
    case RowStatus::kMissing:
      return {"\xC3\x97 " + check::ToText(decision.status), "", decision.gates ? Tone::kWorse : Tone::kMuted};
    case RowStatus::kInvalid:
      return {"\xC3\x97 " + word, "", Tone::kWorse};
    case RowStatus::kNew:
      return {"+ " + check::ToText(decision.status), "", Tone::kPlain};
    case RowStatus::kNotComparable:
    case RowStatus::kInsufficient:
      return {"\xE2\x97\x8B " + check::ToText(decision.status), "", Tone::kMuted};
  }
  return {word};
}

std::string RatioText(const std::string& baseline, const std::string& candidate) {
  const auto before = ParseDouble(baseline);
  const auto after = ParseDouble(candidate);
  if (!before || !after || !(*before > 0) || !(*after > 0)) return "";
  const double ratio = *after / *before;
  const double inverse = *before / *after;
  if (ratio < 1 && inverse == std::floor(inverse)) return "1/" + BriefNumber(inverse, kDigits);
  return BriefNumber(ratio, kChangeDigits);
}

}  // namespace plumbline::report
