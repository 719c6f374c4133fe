// UTF-8 text: strict decoding, NFC, and the few Unicode questions that readers, tokenizers and
// ROUGE ask. Unicode tables are utf8proc's; Hangul syllables are plain arithmetic.
#ifndef PLUMBLINE_HARNESS_BASE_UTF8_H_
#define PLUMBLINE_HARNESS_BASE_UTF8_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

// One code point and the bytes it took; size 0 marks a broken sequence.
struct CodePoint {
  char32_t value = 0;
  size_t num_bytes = 0;
};

// The code point at `position` (< text.size()). Strict: overlong forms, surrogates and values above
// U+10FFFF are broken (num_bytes 0).
CodePoint CodePointAt(std::string_view text, size_t position);

// Byte position of the first broken sequence, or nothing when all of `text` is valid.
std::optional<size_t> FirstInvalidUtf8(std::string_view text);

// All code points. Errors: kData with the byte position of the first broken sequence.
std::u32string DecodeUtf8(std::string_view text);

// Appends the UTF-8 form of a scalar value; a surrogate or a value above U+10FFFF is kInternal.
void AppendUtf8(char32_t code_point, std::string& text);

// Number of code points of valid text: the unit of HuggingFace's offsets.
size_t CountCodePoints(std::string_view text);

// Normalisation form C (utf8proc). Errors: kData when `text` is not UTF-8.
std::string Nfc(std::string_view text);

// Byte position of the first conjoining Hangul jamo (U+1100..11FF, A960..A97C, D7B0..D7FB): text
// that was stored decomposed (NFD, as some file systems and editors do) looks the same and shares
// no token with NFC.
std::optional<size_t> FirstDecomposedHangul(std::string_view text);

// U+AC00..U+D7A3.
constexpr bool IsHangulSyllable(char32_t c) { return c >= 0xAC00 && c <= 0xD7A3; }

// Final consonant of a precomposed syllable: 0 none, 8 rieul alone, else another one (1..27).
constexpr int HangulFinal(char32_t syllable) { return static_cast<int>((syllable - 0xAC00) % 28); }

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_UTF8_H_
