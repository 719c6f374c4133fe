#include "harness/eval/sentences.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace plumbline::eval {
namespace {

constexpr std::array<std::string_view, 6> kEnds = {".", "?", "!", "\xE3\x80\x82", "\xEF\xBC\x9F", "\xEF\xBC\x81"};
constexpr std::array<std::string_view, 6> kClosings = {"\"", "'", ")", "]", "\xE2\x80\x9D", "\xE2\x80\x99"};
constexpr std::array<std::string_view, 8> kTitles = {"Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Jr", "Sr"};

// The length of the mark that `rest` begins with; 0: none.
template <size_t N>
size_t MarkLength(const std::array<std::string_view, N>& marks, std::string_view rest) {
  for (const std::string_view mark : marks) {
    if (rest.starts_with(mark)) return mark.size();
  }
  return 0;
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// Whether the full stop behind `before` belongs to a title or an initial.
bool IsAbbreviation(std::string_view before) {
  const std::string_view word = before.substr(before.find_last_of(" \t\n") + 1);
  if (word.size() == 1 && IsUpper(word[0])) return true;
  return std::find(kTitles.begin(), kTitles.end(), word) != kTitles.end();
}

}  // namespace

std::string OneSentencePerLine(std::string_view text) {
  std::string lines;
  size_t i = 0;
  while (i < text.size()) {
    const size_t end = MarkLength(kEnds, text.substr(i));
    if (end == 0 || (text[i] == '.' && IsAbbreviation(text.substr(0, i)))) {
      lines += text[i++];
      continue;
    }
    size_t after = i + end;
    while (const size_t more = MarkLength(kEnds, text.substr(after)) + MarkLength(kClosings, text.substr(after)))
      after += more;
    lines += text.substr(i, after - i);
    i = after;
    const size_t next = text.find_first_not_of(' ', after);
    if (next == after || next == std::string_view::npos || text[next] == '\n') continue;
    lines += '\n';
    i = next;
  }
  return lines;
}

}  // namespace plumbline::eval
