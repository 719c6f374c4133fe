#include "harness/eval/text_runs.h"

#include <utf8proc.h>

#include <optional>
#include <utility>

#include "harness/base/utf8.h"

namespace plumbline::eval {
namespace {

enum class CharacterClass { kSeparator, kHangul, kLetter, kMark, kNumber };

CharacterClass ClassOf(char32_t c) {
  if (c < 128) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return CharacterClass::kLetter;
    return c >= '0' && c <= '9' ? CharacterClass::kNumber : CharacterClass::kSeparator;
  }
  if (IsHangulSyllable(c)) return CharacterClass::kHangul;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CharacterClass::kLetter;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return CharacterClass::kMark;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CharacterClass::kNumber;
    default:
      return CharacterClass::kSeparator;
  }
}

constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLowerLetter(char c) { return c >= 'a' && c <= 'z'; }

// Length of a tag at the start of lower-case `text`, or 0.
size_t TagLength(std::string_view text) {
  size_t i = 1;
  while (i < text.size() && IsLowerLetter(text[i])) ++i;
  if (i == 1) return 0;
  while (i < text.size() && IsAsciiDigit(text[i])) ++i;
  return i < text.size() && text[i] == '#' ? i + 1 : 0;
}

RunKind KindOf(CharacterClass character_class) {
  if (character_class == CharacterClass::kHangul) return RunKind::kHangul;
  return character_class == CharacterClass::kNumber ? RunKind::kDigits : RunKind::kLetters;
}

// Walks normalised text and closes a run whenever the kind changes.
class Scanner {
 public:
  std::vector<Run> Scan(std::string_view text) {
    for (size_t i = 0; i < text.size();) i += Step(text, i);
    return std::move(runs_);
  }

 private:
  // Takes what stands at `i` and returns its length in bytes.
  size_t Step(std::string_view text, size_t i) {
    if (text[i] == '#') {
      if (const size_t length = TagLength(text.substr(i))) {
        Open(RunKind::kTag).text = text.substr(i, length);
        open_ = std::nullopt;
        return length;
      }
    }
    const CodePoint point = CodePointAt(text, i);
    const std::string_view bytes = text.substr(i, point.num_bytes);
    if (IsInsideNumber(text, i)) {
      if (bytes == ".") runs_.back().text += bytes;
      return 1;
    }
    Take(ClassOf(point.value), bytes);
    return point.num_bytes;
  }

  // A point between two digits, or a comma before exactly three: "1,2,3" is a list.
  bool IsInsideNumber(std::string_view text, size_t i) const {
    if ((text[i] != ',' && text[i] != '.') || open_ != RunKind::kDigits) return false;
    size_t num_digits = 0;
    while (i + 1 + num_digits < text.size() && IsAsciiDigit(text[i + 1 + num_digits])) ++num_digits;
    return IsAsciiDigit(text[i - 1]) && (text[i] == ',' ? num_digits == 3 : num_digits > 0);
  }

  void Take(CharacterClass character_class, std::string_view bytes) {
    if (character_class == CharacterClass::kSeparator) {
      open_ = std::nullopt;
      touches_ = false;
      return;
    }
    const RunKind kind = KindOf(character_class);
    const bool continues =
        open_ == kind || (character_class == CharacterClass::kMark && open_ != std::nullopt);
    (continues ? runs_.back() : Open(kind)).text += bytes;
  }

  Run& Open(RunKind kind) {
    runs_.push_back({kind, "", touches_});
    open_ = kind;
    touches_ = true;
    return runs_.back();
  }

  std::vector<Run> runs_;
  std::optional<RunKind> open_;
  bool touches_ = false;
};

}  // namespace

bool IsLetter(char32_t c) {
  const CharacterClass character_class = ClassOf(c);
  return character_class == CharacterClass::kLetter || character_class == CharacterClass::kHangul;
}

std::string NormalizedLower(std::string_view text) {
  const std::string composed = Nfc(text);
  std::string lower;
  lower.reserve(composed.size());
  for (size_t i = 0; i < composed.size();) {
    const CodePoint point = CodePointAt(composed, i);
    i += point.num_bytes;
    if (point.value < 128) {
      const char c = static_cast<char>(point.value);
      lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    } else if (IsHangulSyllable(point.value)) {
      AppendUtf8(point.value, lower);
    } else {
      AppendUtf8(
          static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(point.value))),
          lower);
    }
  }
  return lower;
}

std::vector<Run> TextRuns(std::string_view text) { return Scanner().Scan(NormalizedLower(text)); }

std::vector<std::string> UnicodeWords(std::string_view text) {
  const std::string lower = NormalizedLower(text);
  std::vector<std::string> words;
  bool is_open = false;
  for (size_t i = 0; i < lower.size();) {
    const CodePoint point = CodePointAt(lower, i);
    const bool is_word = ClassOf(point.value) != CharacterClass::kSeparator;
    if (is_word && !is_open) words.emplace_back();
    if (is_word) words.back().append(lower, i, point.num_bytes);
    is_open = is_word;
    i += point.num_bytes;
  }
  return words;
}

}  // namespace plumbline::eval
