#include "harness/data/tokenizer_json/patterns.h"

#include <algorithm>
#include <array>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/unicode_classes.h"

namespace plumbline::data::tokenizer_json {
namespace {

using ClassOf = bool (*)(char32_t);

bool IsNewline(char32_t c) { return c == '\r' || c == '\n'; }
bool IsSymbol(char32_t c) { return !IsSpace(c) && !IsLetter(c) && !IsNumber(c); }

// End of the run of at most `most` characters of a class.
size_t RunEnd(std::string_view text, size_t begin, ClassOf is_class,
              size_t most = std::string_view::npos) {
  size_t at = begin;
  for (size_t count = 0; at < text.size() && count < most; ++count) {
    const CodePoint point = CodePointAt(text, at);
    if (!is_class(point.value)) break;
    at += point.num_bytes;
  }
  return at;
}

bool Holds(std::string_view text, size_t at, ClassOf is_class) {
  return at < text.size() && is_class(CodePointAt(text, at).value);
}

// 's 't 're 've 'm 'll 'd. Ignoring case, the long s (U+017F) is an s too.
size_t ContractionEnd(std::string_view text, size_t begin, bool ignore_case) {
  if (text[begin] != '\'') return begin;
  const std::string_view rest = text.substr(begin + 1);
  const auto letter = [&](size_t at) -> char {
    if (at >= rest.size()) return 0;
    const char c = rest[at];
    return ignore_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  };
  const char first = letter(0);
  const char second = letter(1);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return begin + 2;
  if (ignore_case && rest.starts_with("\xC5\xBF")) return begin + 3;
  const bool is_pair = (first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
                       (first == 'l' && second == 'l');
  return is_pair ? begin + 3 : begin;
}

// "\s+(?!\S)|\s+": a run of spaces leaves its last one to the word behind it.
size_t SpacesEnd(std::string_view text, size_t begin) {
  size_t at = begin;
  size_t last = begin;  // where the last space of the run begins
  while (Holds(text, at, IsSpace)) {
    last = at;
    at += CodePointAt(text, at).num_bytes;
  }
  return at == text.size() || last == begin ? at : last;
}

// "\s*[\r\n]+": through the last newline of a run of spaces.
size_t NewlinesEnd(std::string_view text, size_t begin) {
  size_t end = begin;
  for (size_t at = begin; Holds(text, at, IsSpace);) {
    const CodePoint point = CodePointAt(text, at);
    at += point.num_bytes;
    if (IsNewline(point.value)) end = at;
  }
  return end;
}

// The expression of Llama 3; Qwen's is the same with single digits.
template <size_t kMostDigits>
size_t ScanWords(std::string_view text, size_t begin) {
  const size_t contraction = ContractionEnd(text, begin, /*ignore_case=*/true);
  if (contraction != begin) return contraction;
  const CodePoint first = CodePointAt(text, begin);
  const size_t second = begin + first.num_bytes;
  if (IsLetter(first.value)) return RunEnd(text, begin, IsLetter);
  if (IsNumber(first.value)) return RunEnd(text, begin, IsNumber, kMostDigits);
  if (!IsNewline(first.value) && Holds(text, second, IsLetter)) {
    return RunEnd(text, second, IsLetter);
  }
  const size_t symbols = first.value == ' ' ? second : begin;
  if (Holds(text, symbols, IsSymbol)) {
    return RunEnd(text, RunEnd(text, symbols, IsSymbol), IsNewline);
  }
  const size_t newlines = NewlinesEnd(text, begin);
  return newlines != begin ? newlines : SpacesEnd(text, begin);
}

// " {2,}"
size_t ScanSpaces(std::string_view text, size_t begin) {
  const size_t end = RunEnd(text, begin, [](char32_t c) { return c == ' '; });
  return end - begin >= 2 ? end : begin;
}

struct KnownExpression {
  std::string_view text;
  Pattern::Scanner scanner;
};

constexpr KnownExpression kKnown[] = {
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
     R"(|\s*[\r\n]+|\s+(?!\S)|\s+)",
     ScanWords<3>},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
     R"(|\s*[\r\n]+|\s+(?!\S)|\s+)",
     ScanWords<1>},
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", ScanGpt2},
    {" {2,}", ScanSpaces},
};

}  // namespace

size_t ScanGpt2(std::string_view text, size_t begin) {
  const size_t contraction = ContractionEnd(text, begin, /*ignore_case=*/false);
  if (contraction != begin) return contraction;
  const size_t word = text[begin] == ' ' ? begin + 1 : begin;
  for (const ClassOf is_class : {ClassOf(IsLetter), ClassOf(IsNumber), ClassOf(IsSymbol)}) {
    if (Holds(text, word, is_class)) return RunEnd(text, word, is_class);
  }
  return SpacesEnd(text, begin);
}

Pattern::Pattern(const JsonNode& node) {
  node.AllowOnly({"String", "Regex"});
  if (const auto literal = node.Find("String")) {
    literal_ = literal->Text();
    if (literal_.empty()) literal->Refuse("an empty text", "a text to search for");
    return;
  }
  const JsonNode expression = node.At("Regex");
  for (const KnownExpression& known : kKnown) {
    if (known.text == expression.Text()) scanner_ = known.scanner;
  }
  if (scanner_ == nullptr) {
    expression.Refuse("the unknown expression " + Quoted(expression.Text()),
                      "one of those of GPT-2, Llama 3, Qwen 2 and 3, or ' {2,}'");
  }
}

std::vector<Match> Pattern::Search(std::string_view text) const {
  std::vector<Match> matches;
  size_t begin = 0;  // of the stretch without a match
  const auto add = [&](size_t match, size_t end) {
    if (begin < match) matches.push_back({begin, match, false});
    if (match < end) matches.push_back({match, end, true});
    begin = end;
  };
  if (scanner_ == nullptr) {
    for (size_t at = text.find(literal_); at != text.npos; at = text.find(literal_, begin)) {
      add(at, at + literal_.size());
    }
  } else {
    for (size_t at = 0; at < text.size();) {
      const size_t end = scanner_(text, at);
      if (end != at) add(at, end);
      at = end != at ? end : at + CodePointAt(text, at).num_bytes;
    }
  }
  add(text.size(), text.size());
  return matches;
}

std::vector<Match> Cut(const std::vector<Match>& matches, SplitBehavior behavior) {
  std::vector<Match> pieces;
  bool was_match = false;
  const bool is_reversed = behavior == SplitBehavior::kMergedWithNext;
  for (size_t i = 0; i < matches.size(); ++i) {
    const Match& match = matches[is_reversed ? matches.size() - 1 - i : i];
    const bool is_merged_match = match.is_match && !was_match && !pieces.empty();
    if (behavior == SplitBehavior::kMergedWithPrevious && is_merged_match) {
      pieces.back().end = match.end;
    } else if (behavior == SplitBehavior::kMergedWithNext && is_merged_match) {
      pieces.back().begin = match.begin;
    } else if (behavior == SplitBehavior::kContiguous && match.is_match == was_match &&
               !pieces.empty()) {
      pieces.back().end = match.end;
    } else if (behavior != SplitBehavior::kRemoved || !match.is_match) {
      pieces.push_back(match);
    }
    was_match = match.is_match;
  }
  if (is_reversed) std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

}  // namespace plumbline::data::tokenizer_json
