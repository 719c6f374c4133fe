// Numbers as Koreans say them: Sino and native readings, counters, clock times, amounts of money.
// The summary always shows digits; the realizer asks here for the spoken forms of the same value.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_NUMERALS_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_NUMERALS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::data::korean {

// 0 to 9,999,999,999,999,999: 35,000 -> 삼만 오천, spaced at 만, 억, 조; 10,000 -> 만. Errors:
// kInternal when negative.
std::string SinoReading(int64_t number);

// 1 to 99 before a counter: 3 -> 세, 20 -> 스무, 21 -> 스물한. Errors: kInternal outside.
std::string NativeReading(int number);

enum class CounterKind { kNative, kSino, kFixed };

// Which numerals `counter` takes: 명 native, 층 Sino, 사흘-like words fixed. nullopt for an unknown
// counter.
std::optional<CounterKind> KindOfCounter(std::string_view counter);

// A value in the form of the summaries, split into its parts when it is a clock time.
struct ClockTime {
  std::string part_of_day;  // 오전 or 오후
  int hour = 0;             // 1-12
  int minute = 0;
};
std::optional<ClockTime> ParseClockTime(std::string_view value);

// All ways to say `value` in a dialogue. `digits` keep numerals as digits, `words` spell them; a
// value that has no number to spell is its own only form. `later` are the short forms for a
// repeated mention (no part of day).
struct SpokenForms {
  std::vector<std::string> digits;
  std::vector<std::string> words;
  std::vector<std::string> later_digits;
  std::vector<std::string> later_words;
};
SpokenForms SpokenFormsOf(std::string_view value);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_NUMERALS_H_
