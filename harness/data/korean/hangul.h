// Hangul as Unicode arithmetic: decoding, syllables and their final sounds, composed and decomposed
// forms. Everything Korean stands on this; it knows no words.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_HANGUL_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_HANGUL_H_

#include <string>
#include <string_view>

namespace plumbline::data::korean {

inline constexpr char32_t kFirstSyllable = 0xAC00;
inline constexpr char32_t kLastSyllable = 0xD7A3;
inline constexpr int kNumFinals = 28;  // per vowel: none and 27 final consonants
inline constexpr int kFinalRieul = 8;  // the single final that takes the vowel form of -euro

// UTF-8 to code points. Errors: kData at the first malformed byte.
std::u32string Decode(std::string_view utf8);

// Code points to UTF-8.
std::string Encode(std::u32string_view points);

bool IsSyllable(char32_t point);

// Index of a syllable's final: 0 none, kFinalRieul, ... `point` must be a syllable.
int FinalOf(char32_t point);

// Canonical composition of conjoining jamo (NFC as far as Hangul is concerned); other text is kept.
std::string ComposeHangul(std::string_view utf8);

// Canonical decomposition of syllables (NFD as far as Hangul is concerned); other text is kept.
std::string DecomposeHangul(std::string_view utf8);

// True when `text` ends with / begins with `part` (plain bytes; UTF-8 is self-synchronizing).
bool EndsWith(std::string_view text, std::string_view part);
bool StartsWith(std::string_view text, std::string_view part);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_HANGUL_H_
