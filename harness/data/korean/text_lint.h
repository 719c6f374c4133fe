// Rules that every Korean line must keep, whoever wrote it: characters, spacing, spelling,
// counters, particles, endings that fit the speech level. Used on frame lines by framecheck and on
// finished items by the gates.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_TEXT_LINT_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_TEXT_LINT_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/data/korean/frame.h"

namespace plumbline::data::korean {

// Each function returns what is wrong, one message a finding; empty: nothing.

// Gate 4: composed Hangul syllables, digits, the closed Latin list, the listed punctuation; ends in
// . ? ! or ...
std::vector<std::string> LintCharacters(std::string_view text);

// Gate 3: spacing around counters and marks, joined auxiliary verbs, frequent misspellings.
std::vector<std::string> LintSpelling(std::string_view text);

// Part of gate 3: digits join their counters.
std::vector<std::string> LintCounterSpacing(std::string_view text);

// Gate 6: numerals that do not go with their counters, impossible clock times.
std::vector<std::string> LintCounters(std::string_view text);

// Gate 1: no open choices such as 은(는); after a mask or a number the particle's shape fits.
std::vector<std::string> LintParticles(std::string_view text);

// Gate 5: sentence endings and pronouns of the level.
std::vector<std::string> LintLevel(std::string_view text, Level level);

// Gate 2 and list item 20: plain written style of a summary.
std::vector<std::string> LintSummary(std::string_view text);

// All of the rules for a spoken turn.
std::vector<std::string> LintTurn(std::string_view text, Level level);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_TEXT_LINT_H_
