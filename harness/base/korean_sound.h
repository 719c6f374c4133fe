// How Korean syllables and numbers end when they are read aloud: the form of a particle depends on it.
// Used by the generator of Korean data and by Korean output; what Latin words sound like is theirs.
#ifndef PLUMBLINE_HARNESS_BASE_KOREAN_SOUND_H_
#define PLUMBLINE_HARNESS_BASE_KOREAN_SOUND_H_

#include <string_view>

namespace plumbline {

enum class FinalSound {
  kVowel,
  kRieul,      // a single final rieul: a consonant for all particles but -euro
  kConsonant,  // every other final, clusters included
};

// Of a precomposed syllable (IsHangulSyllable of utf8.h).
FinalSound SoundOfSyllable(char32_t syllable);

// Of the number that `text` ends in, its last byte being a digit: "3", "2,500", "0.40", "chapter 10".
// Whole numbers are read in places, decimals and those that begin with 0 digit by digit.
FinalSound SoundOfNumber(std::string_view text);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_KOREAN_SOUND_H_
