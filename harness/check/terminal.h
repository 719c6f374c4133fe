// The verdict for a terminal: verdict, cause, evidence, next command, in at most 24 lines of 80
// columns.
#ifndef PLUMBLINE_HARNESS_CHECK_TERMINAL_H_
#define PLUMBLINE_HARNESS_CHECK_TERMINAL_H_

#include <string>

#include "harness/check/comparison.h"

namespace plumbline::check {

inline constexpr int kTerminalLines = 24;
inline constexpr int kTerminalColumns = 80;

// Ends with a newline; no colour. For CONFIG_DRIFT the first five lines hold the key, its origin,
// both values and the planned optimizer steps; the command lines (accept, explain) are never cut.
std::string TerminalText(const Comparison& comparison);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_TERMINAL_H_
