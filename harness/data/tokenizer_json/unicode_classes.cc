#include "harness/data/tokenizer_json/unicode_classes.h"

#include <utf8proc.h>

#include <algorithm>
#include <span>

#include "harness/base/utf8.h"

namespace plumbline::data::tokenizer_json {
namespace {

struct Range {
  char32_t first, last;
};

// \p{L} of Unicode 15.1 and 16.
constexpr Range kNewLetters[] = {
    {0x1C89, 0x1C8A}, {0xA7CB, 0xA7CD}, {0xA7DA, 0xA7DC}, {0x105C0, 0x105F3}, {0x10D4A, 0x10D65},
    {0x10D6F, 0x10D85}, {0x10EC2, 0x10EC4}, {0x11380, 0x11389}, {0x1138B, 0x1138B},
    {0x1138E, 0x1138E}, {0x11390, 0x113B5}, {0x113B7, 0x113B7}, {0x113D1, 0x113D1},
    {0x113D3, 0x113D3}, {0x11BC0, 0x11BE0}, {0x13460, 0x143FA}, {0x16100, 0x1611D},
    {0x16D40, 0x16D6C}, {0x18CFF, 0x18CFF}, {0x1E5D0, 0x1E5ED}, {0x1E5F0, 0x1E5F0},
    {0x2EBF0, 0x2EE5D},
};

// \p{N} of Unicode 16.
constexpr Range kNewNumbers[] = {
    {0x10D40, 0x10D49}, {0x116D0, 0x116E3}, {0x11BF0, 0x11BF9}, {0x16130, 0x16139},
    {0x16D70, 0x16D79}, {0x1CCF0, 0x1CCF9}, {0x1E5F1, 0x1E5FA},
};

// \w of Unicode 15.1 and 16.
constexpr Range kNewWordParts[] = {
    {0x897, 0x897}, {0x1C89, 0x1C8A}, {0xA7CB, 0xA7CD}, {0xA7DA, 0xA7DC}, {0x105C0, 0x105F3},
    {0x10D40, 0x10D65}, {0x10D69, 0x10D6D}, {0x10D6F, 0x10D85}, {0x10EC2, 0x10EC4},
    {0x10EFC, 0x10EFC}, {0x11380, 0x11389}, {0x1138B, 0x1138B}, {0x1138E, 0x1138E},
    {0x11390, 0x113B5}, {0x113B7, 0x113C0}, {0x113C2, 0x113C2}, {0x113C5, 0x113C5},
    {0x113C7, 0x113CA}, {0x113CC, 0x113D3}, {0x113E1, 0x113E2}, {0x116D0, 0x116E3},
    {0x11BC0, 0x11BE0}, {0x11BF0, 0x11BF9}, {0x11F5A, 0x11F5A}, {0x13460, 0x143FA},
    {0x16100, 0x16139}, {0x16D40, 0x16D6C}, {0x16D70, 0x16D79}, {0x18CFF, 0x18CFF},
    {0x1CCF0, 0x1CCF9}, {0x1E5D0, 0x1E5FA}, {0x2EBF0, 0x2EE5D},
};

// Grapheme extenders and spacing marks of Unicode 16 and 17.
constexpr Range kNewExtenders[] = {
    {0x897, 0x897}, {0x1ACF, 0x1ADD}, {0x1AE0, 0x1AEB}, {0x10D69, 0x10D6D}, {0x10EFA, 0x10EFC},
    {0x113B8, 0x113C0}, {0x113C2, 0x113C2}, {0x113C5, 0x113C5}, {0x113C7, 0x113CA},
    {0x113CC, 0x113D0}, {0x113D2, 0x113D2}, {0x113E1, 0x113E2}, {0x11B60, 0x11B67},
    {0x11F5A, 0x11F5A}, {0x1611E, 0x1612F}, {0x1E5EE, 0x1E5EF}, {0x1E6E3, 0x1E6E3},
    {0x1E6E6, 0x1E6E6}, {0x1E6EE, 0x1E6EF}, {0x1E6F5, 0x1E6F5},
};

// Combining classes that Unicode 9 had not yet given.
constexpr Range kNotYetCombining[] = {
    {0x7FD, 0x7FD}, {0x898, 0x89F}, {0x8CA, 0x8D3}, {0x9FE, 0x9FE}, {0xC3C, 0xC3C},
    {0xD3B, 0xD3C}, {0xEBA, 0xEBA}, {0x1715, 0x1715}, {0x1ABF, 0x1ACE}, {0x1DF6, 0x1DFA},
    {0xA82C, 0xA82C}, {0x10D24, 0x10D27}, {0x10EAB, 0x10EAC}, {0x10EFD, 0x10EFF},
    {0x10F46, 0x10F50}, {0x10F82, 0x10F85}, {0x11070, 0x11070}, {0x1133B, 0x1133B},
    {0x1145E, 0x1145E}, {0x11839, 0x1183A}, {0x1193D, 0x1193E}, {0x11943, 0x11943},
    {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99},
    {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42},
    {0x16FF0, 0x16FF1}, {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE},
    {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF},
};

// Alphabetic, though symbols by category.
constexpr Range kAlphabeticSymbols[] = {
    {0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189},
};

struct LowerRange {
  char32_t first, last, lower;  // `lower` is that of `first`
};

// Simple lower case of Unicode 16 and 17.
constexpr LowerRange kNewLower[] = {
    {0x1C89, 0x1C89, 0x1C8A},    {0xA7CB, 0xA7CB, 0x0264},    {0xA7CC, 0xA7CC, 0xA7CD},
    {0xA7CE, 0xA7CE, 0xA7CF},    {0xA7D2, 0xA7D2, 0xA7D3},    {0xA7D4, 0xA7D4, 0xA7D5},
    {0xA7DA, 0xA7DA, 0xA7DB},    {0xA7DC, 0xA7DC, 0x019B},    {0x10D50, 0x10D65, 0x10D70},
    {0x16EA0, 0x16EB8, 0x16EBB},
};

bool IsIn(char32_t c, std::span<const Range> ranges) {
  const auto range =
      std::lower_bound(ranges.begin(), ranges.end(), c,
                       [](const Range& r, char32_t value) { return r.last < value; });
  return range != ranges.end() && range->first <= c;
}

utf8proc_category_t CategoryOf(char32_t c) {
  return ::utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool IsAsciiLetter(char32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }

// A code point of the same grapheme class that utf8proc knows.
utf8proc_int32_t GraphemeTwin(char32_t c) {
  constexpr utf8proc_int32_t kCombiningGrave = 0x300;
  return IsIn(c, kNewExtenders) ? kCombiningGrave : static_cast<utf8proc_int32_t>(c);
}

// Two neighbours between which every rule breaks.
bool AlwaysBreak(char32_t left, char32_t right) {
  constexpr char32_t kFirstExtender = 0x300;
  return (left < kFirstExtender && right < kFirstExtender && right != '\n') ||
         (IsHangulSyllable(left) && (IsHangulSyllable(right) || right < kFirstExtender));
}

}  // namespace

bool IsLetter(char32_t c) {
  if (c < 0x80) return IsAsciiLetter(c);
  if (IsHangulSyllable(c)) return true;
  const int category = CategoryOf(c);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         IsIn(c, kNewLetters);
}

bool IsNumber(char32_t c) {
  if (c < 0x80) return IsDigit(c);
  const int category = CategoryOf(c);
  return (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) ||
         IsIn(c, kNewNumbers);
}

bool IsSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsWordPart(char32_t c) {
  if (c < 0x80) return IsAsciiLetter(c) || IsDigit(c) || c == '_';
  const int category = CategoryOf(c);
  const bool is_letter_or_mark =
      category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
  return is_letter_or_mark || category == UTF8PROC_CATEGORY_ND ||
         category == UTF8PROC_CATEGORY_NL || category == UTF8PROC_CATEGORY_PC || c == 0x200C ||
         c == 0x200D || IsIn(c, kAlphabeticSymbols) || IsIn(c, kNewWordParts);
}

int CombiningClass(char32_t c) {
  if (c < 0x300 || IsIn(c, kNotYetCombining)) return 0;
  return ::utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class;
}

std::array<char32_t, 2> LowerCase(char32_t c) {
  constexpr char32_t kDottedCapitalI = 0x130;
  constexpr char32_t kCombiningDot = 0x307;
  if (c == kDottedCapitalI) return {U'i', kCombiningDot};
  for (const LowerRange& range : kNewLower) {
    if (c >= range.first && c <= range.last) return {range.lower + (c - range.first), 0};
  }
  return {static_cast<char32_t>(::utf8proc_tolower(static_cast<utf8proc_int32_t>(c))), 0};
}

size_t GraphemeEnd(std::string_view text, size_t begin) {
  CodePoint left = CodePointAt(text, begin);
  size_t at = begin + left.num_bytes;
  utf8proc_int32_t state = 0;
  while (at < text.size()) {
    const CodePoint right = CodePointAt(text, at);
    if (AlwaysBreak(left.value, right.value) ||
        ::utf8proc_grapheme_break_stateful(GraphemeTwin(left.value), GraphemeTwin(right.value),
                                           &state)) {
      break;
    }
    at += right.num_bytes;
    left = right;
  }
  return at;
}

}  // namespace plumbline::data::tokenizer_json
