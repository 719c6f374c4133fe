#include "harness/base/korean_sound.h"

#include <cstddef>
#include <string>

#include "harness/base/utf8.h"

namespace plumbline {
namespace {

// Sound classes of the digits 0-9, each read alone.
constexpr FinalSound kDigits[] = {FinalSound::kConsonant, FinalSound::kRieul, FinalSound::kVowel,
                                  FinalSound::kConsonant, FinalSound::kVowel, FinalSound::kVowel,
                                  FinalSound::kConsonant, FinalSound::kRieul, FinalSound::kRieul,
                                  FinalSound::kVowel};

// Number of trailing zeros from which the reading ends in jo (10^12), the one place name with a
// final vowel.
constexpr size_t kZerosOfJo = 12;
constexpr size_t kZerosOfGyeong = 16;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The trailing run of [0-9,.], from its first digit on.
std::string_view TrailingNumber(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0 && (IsDigit(text[begin - 1]) || text[begin - 1] == ',' || text[begin - 1] == '.')) --begin;
  while (begin < text.size() && !IsDigit(text[begin])) ++begin;
  return text.substr(begin);
}

}  // namespace

FinalSound SoundOfSyllable(char32_t syllable) {
  constexpr int kRieul = 8;
  const int final = HangulFinal(syllable);
  if (final == 0) return FinalSound::kVowel;
  return final == kRieul ? FinalSound::kRieul : FinalSound::kConsonant;
}

FinalSound SoundOfNumber(std::string_view text) {
  const std::string_view number = TrailingNumber(text);
  const bool decimal = number.find('.') != std::string_view::npos;
  std::string digits;
  for (const char c : number) {
    if (IsDigit(c)) digits += c;
  }
  const int last = digits.back() - '0';
  if (decimal || last != 0) return kDigits[last];
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (leading_zero || digits.size() == 1) return FinalSound::kConsonant;  // gong or yeong
  const size_t zeros = digits.size() - 1 - digits.find_last_not_of('0');
  return zeros >= kZerosOfJo && zeros < kZerosOfGyeong ? FinalSound::kVowel : FinalSound::kConsonant;
}

}  // namespace plumbline
