// Columns that a terminal gives to UTF-8 text: 2 for Hangul syllables, CJK, full-width forms and
// emoji, 0 for combining marks, vowel and final Jamo. A broken byte or a control character takes one,
// shown as '?' and as a blank. Used by whatever aligns or cuts text for a terminal.
#ifndef PLUMBLINE_HARNESS_BASE_COLUMNS_H_
#define PLUMBLINE_HARNESS_BASE_COLUMNS_H_

#include <string>
#include <string_view>

namespace plumbline {

int DisplayWidth(std::string_view text);

// `text` as a terminal can show it on one line.
std::string OnOneLine(std::string_view text);

// The front of it that fits into `columns`; never cut inside a character.
std::string CutColumns(std::string_view text, int columns);

// The same, ending in "..." where something was cut.
std::string FitColumns(std::string_view text, int columns);

// The end of it, beginning with "..." where something was cut: line and column of a path stand there.
std::string FitColumnsEnd(std::string_view text, int columns);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_COLUMNS_H_
