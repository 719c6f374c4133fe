// Text as runs of one kind of character, in NFC and lower case: the ground the Unicode tokenizers
// of ROUGE share.
#ifndef PLUMBLINE_HARNESS_EVAL_TEXT_RUNS_H_
#define PLUMBLINE_HARNESS_EVAL_TEXT_RUNS_H_

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::eval {

enum class RunKind {
  kHangul,   // precomposed syllables, U+AC00..U+D7A3
  kLetters,  // other letters (L*) with the marks (M*) that follow
  kDigits,   // numbers (N*); 1,000 is 1000, and 2.5 is one run
  kTag,      // # letters digits #: a speaker or a mask of personal data
};

struct Run {
  RunKind kind;
  std::string text;
  bool is_attached = false;  // no separator between this run and the one before
};

// Unicode 14 categories (utf8proc 2.8). Valid UTF-8 only.
bool IsLetter(char32_t c);

// NFC and simple lower-case mapping, character by character.
std::string NormalizedLower(std::string_view text);

// The runs of `text`; everything that belongs to none separates.
std::vector<Run> TextRuns(std::string_view text);

// Maximal runs of L*, M* and N* of `text`, normalised.
std::vector<std::string> UnicodeWords(std::string_view text);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_TEXT_RUNS_H_
