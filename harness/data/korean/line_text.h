// The text of a frame's line: literals, {slot+particle} references and (a|b|c) alternations, parsed
// once. The realizer and the checker walk it; it knows neither slots' values nor Korean.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_LINE_TEXT_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_LINE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/random.h"

namespace plumbline::data::korean {

// {name.form+josa}; `name` still carries the suffix 0, x, z or w, which only the frame can tell
// from a name's end.
struct Reference {
  std::string name;
  std::string form;
  std::string josa;
};

struct TextNode;

// A sequence of nodes; an empty one is the empty text.
struct LineText {
  std::vector<TextNode> nodes;
};

struct TextNode {
  enum class Kind { kLiteral, kReference, kChoice };
  Kind kind = Kind::kLiteral;
  std::string literal;
  Reference reference;
  std::vector<LineText> choices;
};

// Errors: kData for unbalanced braces or brackets and an empty reference; the message has no place,
// callers add it.
LineText ParseLineText(std::string_view text);

using Resolve = std::function<std::string(const Reference&)>;

// One expansion: alternations drawn from `random`, references through `resolve`, in text order.
std::string Expand(const LineText& text, SplitMix64& random, const Resolve& resolve);

// The number of different expansions of the alternations, at most `kMaxCombinations`.
inline constexpr int64_t kMaxCombinations = 1'000'000;
int64_t NumCombinations(const LineText& text);

// Up to `limit` expansions in order, references through `resolve`.
std::vector<std::string> AllExpansions(const LineText& text, size_t limit, const Resolve& resolve);

// True when some expansion begins with a greeting or a call for attention.
bool BeginsWithGreeting(const LineText& text);

// Calls `visit` for every reference in text order, those inside alternations too.
void ForEachReference(const LineText& text, const std::function<void(const Reference&)>& visit);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_LINE_TEXT_H_
