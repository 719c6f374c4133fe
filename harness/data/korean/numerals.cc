#include "harness/data/korean/numerals.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::data::korean {
namespace {

constexpr std::string_view kSinoDigits[] = {"",   "일", "이", "삼", "사",
                                            "오", "육", "칠", "팔", "구"};
constexpr std::string_view kSinoPlaces[] = {"", "십", "백", "천"};
constexpr std::string_view kSinoGroups[] = {"", "만", "억", "조"};
constexpr std::string_view kNativeUnits[] = {"",     "한",   "두",   "세",   "네",
                                             "다섯", "여섯", "일곱", "여덟", "아홉"};
constexpr std::string_view kNativeTens[] = {"",   "열",   "스물", "서른", "마흔",
                                            "쉰", "예순", "일흔", "여든", "아흔"};

constexpr std::string_view kNativeCounters[] = {
    "명", "개",   "권", "장",   "잔",   "병",   "마리",   "대", "벌", "켤레", "살",
    "시", "시간", "달", "가지", "군데", "그릇", "정거장", "부", "통", "분"};
constexpr std::string_view kSinoCounters[] = {"초",   "일",   "년", "월",   "개월", "주",
                                              "층",   "호",   "원", "인분", "학년", "퍼센트",
                                              "킬로", "미터", "회", "도",   "일 치"};

// 1-9999 without spaces; a leading one is silent (십, 백, 천), as speech has it.
std::string SinoBelowMyriad(int number) {
  std::string text;
  for (int place = 3, unit = 1000; place >= 0; --place, unit /= 10) {
    const int digit = number / unit % 10;
    if (digit == 0) continue;
    if (digit != 1 || place == 0) text += kSinoDigits[digit];
    text += kSinoPlaces[place];
  }
  return text;
}

// The number that `value` begins with, and what follows it.
struct Counted {
  int number = 0;
  std::string_view counter;
};

std::optional<Counted> ParseCounted(std::string_view value) {
  size_t end = 0;
  while (end < value.size() && std::isdigit(static_cast<unsigned char>(value[end])) != 0) ++end;
  if (end == 0 || end > 4) return std::nullopt;
  const auto number = ParseInt(value.substr(0, end));
  return Counted{static_cast<int>(*number), value.substr(end)};
}

constexpr int kMaxSpelledCount = 40;  // larger counts stay digits

std::optional<std::string> SpelledCount(std::string_view value) {
  const auto counted = ParseCounted(value);
  if (!counted.has_value() || counted->number == 0 || counted->number > kMaxSpelledCount)
    return std::nullopt;
  const auto kind = KindOfCounter(counted->counter);
  if (!kind.has_value() || counted->counter == "분")
    return std::nullopt;  // 3분 may be minutes or people
  std::string words =
      *kind == CounterKind::kNative ? NativeReading(counted->number) : SinoReading(counted->number);
  return words.append(" ").append(counted->counter);
}

// "3만 5천 원", "8천 원", "12만 원", "35만 5천 원": the amount in won.
std::optional<int64_t> ParseMoney(std::string_view value) {
  if (!value.ends_with(" 원")) return std::nullopt;
  value.remove_suffix(std::string_view(" 원").size());
  int64_t total = 0;
  while (!value.empty()) {
    size_t end = 0;
    while (end < value.size() && std::isdigit(static_cast<unsigned char>(value[end])) != 0) ++end;
    const auto number = ParseInt(value.substr(0, end));
    if (!number.has_value()) return std::nullopt;
    value.remove_prefix(end);
    int64_t unit = 1;
    if (value.starts_with("만")) unit = 10000;
    if (value.starts_with("천")) unit = 1000;
    if (value.starts_with("백")) unit = 100;
    if (unit == 1) return std::nullopt;
    value.remove_prefix(std::string_view("만").size());
    total += *number * unit;
    if (value.starts_with(" ")) value.remove_prefix(1);
  }
  return total;
}

std::string WithCommas(int64_t number) {
  std::string digits = std::to_string(number);
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<size_t>(i), ",");
  return digits;
}

// Names for the part of the day of a clock time: the exact one and, where it fits the hour, an
// everyday one.
std::vector<std::string> PartsOfDay(const ClockTime& time) {
  std::vector<std::string> parts = {time.part_of_day};
  const bool morning = time.part_of_day == "오전";
  if (morning && time.hour >= 6 && time.hour <= 9) parts.emplace_back("아침");
  if (!morning && (time.hour == 12 || time.hour <= 2)) parts.emplace_back("낮");
  if (!morning && time.hour >= 6 && time.hour <= 8) parts.emplace_back("저녁");
  if (!morning && time.hour >= 9 && time.hour <= 11) parts.emplace_back("밤");
  if (!morning && time.hour == 12) parts.erase(parts.begin());  // noon is 낮 12시, never 오후 12시
  return parts;
}

SpokenForms FormsOfTime(const ClockTime& time) {
  std::string digits = std::to_string(time.hour) + "시";
  std::string words = NativeReading(time.hour) + " 시";
  if (time.minute == 30) {
    digits += " 30분";
    words += " 반";
  } else if (time.minute != 0) {
    digits += " " + std::to_string(time.minute) + "분";
    words += " " + SinoReading(time.minute) + " 분";
  }
  SpokenForms forms;
  for (const std::string& part : PartsOfDay(time)) {
    forms.digits.push_back(part + " " + digits);
    forms.words.push_back(part + " " + words);
  }
  forms.later_digits = {digits};
  forms.later_words = {words};
  return forms;
}

}  // namespace

std::string SinoReading(int64_t number) {
  PLUMBLINE_CHECK(number >= 0 && number < 10'000'000'000'000'000);
  if (number == 0) return "영";
  std::string text;
  int64_t unit = 1'000'000'000'000;
  for (int group = 3; group >= 0; --group, unit /= 10000) {
    const int part = static_cast<int>(number / unit % 10000);
    if (part == 0) continue;
    if (!text.empty()) text += " ";
    if (part != 1 || group != 1 || number >= 20000 || !text.empty()) text += SinoBelowMyriad(part);
    text += kSinoGroups[group];
  }
  return text;
}

std::string NativeReading(int number) {
  PLUMBLINE_CHECK(number >= 1 && number <= 99);
  if (number == 20) return "스무";
  return std::string(kNativeTens[number / 10]).append(kNativeUnits[number % 10]);
}

std::optional<CounterKind> KindOfCounter(std::string_view counter) {
  const auto is_in = [counter](const auto& table) {
    return std::find(std::begin(table), std::end(table), counter) != std::end(table);
  };
  if (is_in(kNativeCounters)) return CounterKind::kNative;
  if (is_in(kSinoCounters)) return CounterKind::kSino;
  return std::nullopt;
}

std::optional<ClockTime> ParseClockTime(std::string_view value) {
  ClockTime time;
  if (!value.starts_with("오전 ") && !value.starts_with("오후 ")) return std::nullopt;
  time.part_of_day = value.substr(0, std::string_view("오전").size());
  value.remove_prefix(std::string_view("오전 ").size());
  const auto hour = ParseCounted(value);
  if (!hour.has_value() || !hour->counter.starts_with("시")) return std::nullopt;
  time.hour = hour->number;
  std::string_view rest = hour->counter.substr(std::string_view("시").size());
  if (rest.empty()) return time;
  if (!rest.starts_with(" ")) return std::nullopt;
  const auto minute = ParseCounted(rest.substr(1));
  if (!minute.has_value() || minute->counter != "분") return std::nullopt;
  time.minute = minute->number;
  return time;
}

SpokenForms SpokenFormsOf(std::string_view value) {
  if (const auto time = ParseClockTime(value)) return FormsOfTime(*time);
  SpokenForms forms;
  forms.digits = {std::string(value)};
  forms.words = forms.digits;
  if (const auto words = SpelledCount(value)) forms.words = {*words};
  if (const auto won = ParseMoney(value)) {
    forms.words = {SinoReading(*won) + " 원"};
    if (*won < 1'000'000) forms.digits.push_back(WithCommas(*won) + "원");
  }
  forms.later_digits = {forms.digits.front()};
  forms.later_words = forms.words;
  return forms;
}

}  // namespace plumbline::data::korean
