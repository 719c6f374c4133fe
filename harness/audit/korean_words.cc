// Formulas and operands in Korean: known words and phrases are replaced, names are left alone.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harness/audit/finding.h"

namespace plumbline::audit {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

const std::vector<Word>& LongestFirst() {
  static const std::vector<Word> kWords = [] {
    std::vector<Word> words = {
#define KOREAN_WORDS(english, korean) {english, korean},
#include "harness/audit/korean_words.def"
#undef KOREAN_WORDS
    };
    std::ranges::stable_sort(words, {}, [](const Word& word) { return -std::ssize(word.first); });
    return words;
  }();
  return kWords;
}

// Part of a name ("eval_loss", "fp16", "log_history[0].step") or of a word in another script.
bool Joins(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '`' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool WholeAt(std::string_view text, size_t at, std::string_view word) {
  if (!text.substr(at).starts_with(word)) return false;
  const auto is_open = [&](size_t i, bool before) {
    const char c = text[i];
    if (Joins(c)) return false;
    // "a.step" and "step.b" are names; "step." at the end of words is not.
    if (before) return !(c == '.' && i > 0 && text[i - 1] != ' ');
    return !(c == '.' && i + 1 < text.size() && Joins(text[i + 1]));
  };
  const size_t end = at + word.size();
  if (end < text.size() && text[end] == '(') return false;  // a function of the formula: min(1, x)
  return (at == 0 || is_open(at - 1, true)) && (end >= text.size() || is_open(end, false));
}

}  // namespace

std::string KoreanWords(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const auto found = std::ranges::find_if(LongestFirst(), [&](const Word& word) {
      return WholeAt(text, at, word.first);
    });
    if (found == LongestFirst().end()) {
      out += text[at++];
    } else {
      out += found->second;
      at += found->first.size();
    }
  }
  return out;
}

}  // namespace plumbline::audit
