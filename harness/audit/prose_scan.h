// Small scanners over sentences: numbers with what stands beside them. Used by the readers of prose.
#ifndef PLUMBLINE_HARNESS_AUDIT_PROSE_SCAN_H_
#define PLUMBLINE_HARNESS_AUDIT_PROSE_SCAN_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/decimal.h"

namespace plumbline::audit {

struct NumberInText {
  Decimal value;
  size_t begin = 0;
  size_t end = 0;
};

// Every number of a text in order; digits inside words ("rouge1", "Qwen3") are none.
std::vector<NumberInText> NumbersIn(std::string_view text);

// The text after position `at`, spaces skipped, begins with one of the words.
bool FollowedBy(std::string_view text, size_t at, std::initializer_list<std::string_view> words);
// The text before position `at`, spaces skipped, ends with one of the words.
bool PrecededBy(std::string_view text, size_t at, std::initializer_list<std::string_view> words);

// "A~B", "A-B", "A to B": two neighbouring numbers joined by a sign of a range.
struct NumberRange {
  NumberInText low;
  NumberInText high;
};
std::vector<NumberRange> RangesIn(std::string_view text);

// "18:21:14": all times of day, in order.
std::vector<std::string> ClocksIn(std::string_view text);

// The cells of a "| a | b |" row, trimmed; empty when the line is none.
std::vector<std::string> CellsOf(std::string_view line);

// "rouge-1", "rouge1", "rouge-l" as eval_ keys; empty: none. "rouge-lsum" is told apart.
std::string RougeKey(std::string_view lower);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PROSE_SCAN_H_
