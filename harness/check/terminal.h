// The verdict for a terminal: verdict, cause, evidence, next command, in at most 24 lines of 80
// columns.
#ifndef PLUMBLINE_HARNESS_CHECK_TERMINAL_H_
#define PLUMBLINE_HARNESS_CHECK_TERMINAL_H_

#include <string>
#include <string_view>

#include "harness/check/comparison.h"

namespace plumbline::check {

inline constexpr int kTerminalLines = 24;
inline constexpr int kTerminalColumns = 80;

// Ends with a newline; no colour. For CONFIG_DRIFT the first five lines hold the key, its origin,
// both values and the planned optimizer steps; the command lines (accept, explain) are never cut.
std::string TerminalText(const Comparison& comparison);

// Columns a terminal gives to UTF-8 text: 2 for Hangul syllables, CJK and full-width forms, 0 for
// combining marks.
int DisplayWidth(std::string_view text);

// The front of `text` that fits into `columns`, ending in "..." where it was cut; never inside a
// character. Control characters and line ends become blanks.
std::string FitColumns(std::string_view text, int columns);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_TERMINAL_H_
