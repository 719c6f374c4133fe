#include "harness/base/korean_sound.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace plumbline {
namespace {

TEST(KoreanSound, EverySyllableOfItsFinal) {
  for (const auto& [syllable, sound] : std::initializer_list<std::pair<char32_t, FinalSound>>{
           {U'가', FinalSound::kVowel}, {U'각', FinalSound::kConsonant}, {U'갈', FinalSound::kRieul},
           {U'갉', FinalSound::kConsonant}, {U'희', FinalSound::kVowel}, {U'힣', FinalSound::kConsonant}}) {
    EXPECT_EQ(SoundOfSyllable(syllable), sound) << static_cast<uint32_t>(syllable);
  }
}

// yeong il i sam sa o yuk chil pal gu; sip, baek, cheon, man, eok and gyeong end closed, jo does not.
TEST(KoreanSound, NumbersAreReadInPlacesOrDigitByDigit) {
  for (const auto& [text, sound] : std::initializer_list<std::pair<std::string, FinalSound>>{
           {"0", FinalSound::kConsonant}, {"1", FinalSound::kRieul}, {"2", FinalSound::kVowel},
           {"3", FinalSound::kConsonant}, {"4", FinalSound::kVowel}, {"5", FinalSound::kVowel},
           {"6", FinalSound::kConsonant}, {"7", FinalSound::kRieul}, {"8", FinalSound::kRieul},
           {"9", FinalSound::kVowel}, {"10", FinalSound::kConsonant}, {"2,500", FinalSound::kConsonant},
           {"1,000,000,000,000", FinalSound::kVowel}, {"10000000000000000", FinalSound::kConsonant},
           {"1.000000000000", FinalSound::kConsonant}, {"0000000000000", FinalSound::kConsonant},
           {"0.45", FinalSound::kVowel}, {"제1", FinalSound::kRieul}, {"a, 2", FinalSound::kVowel}}) {
    EXPECT_EQ(SoundOfNumber(text), sound) << text;
  }
}

}  // namespace
}  // namespace plumbline
