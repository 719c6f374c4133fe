#include "harness/audit/korean_particles.h"

#include <algorithm>
#include <optional>

#include "harness/base/utf8.h"

namespace plumbline::audit {
namespace {

enum class Ending { kVowel, kConsonant, kRieul };

struct Particle {
  std::string_view open;
  std::string_view after_consonant;
  std::string_view after_vowel;
  bool rieul_as_vowel = false;
};

constexpr Particle kParticles[] = {{"은(는)", "은", "는"}, {"이(가)", "이", "가"},
                                   {"을(를)", "을", "를"}, {"와(과)", "과", "와"},
                                   {"(으)로", "으로", "로", true}, {"(이)라", "이라", "라"},
                                   {"(이)며", "이며", "며"}};

Ending EndingOfDigit(char digit) {  // yeong il i sam sa o yuk chil pal gu; sip, baek, cheon end closed
  if (digit == '1' || digit == '7' || digit == '8') return Ending::kRieul;
  return digit == '0' || digit == '3' || digit == '6' ? Ending::kConsonant : Ending::kVowel;
}

bool IsVowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

Ending EndingOfLetter(char last, char before) {
  if (last == 'l') return Ending::kRieul;
  const bool closed = last == 'm' || last == 'n' || (last == 'g' && before == 'n') ||
                      (last == 'p' && IsVowel(before));
  return closed ? Ending::kConsonant : Ending::kVowel;
}

char Lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

// Digits as they are read: "1,000,000,000,000" ends in il-jo, other round numbers in sip to eok.
Ending EndingOfNumber(std::string_view text) {
  constexpr size_t kTrillion = 12, kEndOfTrillions = 16;
  const size_t other = text.find_last_not_of("0123456789,.");
  const std::string_view number = text.substr(other == std::string_view::npos ? 0 : other + 1);
  const std::string_view zeros = number.substr(number.find_last_not_of("0,") + 1);
  const auto num_zeros = static_cast<size_t>(std::ranges::count(zeros, '0'));
  const bool whole = number.find('.') == std::string_view::npos;  // decimals are read one by one
  const bool trillions = whole && zeros.size() < number.size() && num_zeros >= kTrillion &&
                         num_zeros < kEndOfTrillions;
  return trillions ? Ending::kVowel : EndingOfDigit(text.back());
}

size_t LastCodePoint(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

// Of the last syllable of UTF-8 text that ends here; brackets and quotes behind it are not read.
std::optional<Ending> EndingOf(std::string_view text) {
  while (!text.empty() && std::string_view(")]}\"'` ").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  if (text.empty()) return std::nullopt;
  const char last = text.back();
  if (last >= '0' && last <= '9') return EndingOfNumber(text);
  if (last == '%') return Ending::kVowel;  // peosenteu
  const char letter = Lower(last);
  if (letter >= 'a' && letter <= 'z') {
    return EndingOfLetter(letter, text.size() > 1 ? Lower(text[text.size() - 2]) : ' ');
  }
  const CodePoint point = CodePointAt(text, LastCodePoint(text));
  if (!IsHangulSyllable(point.value)) return std::nullopt;
  constexpr int kRieul = 8;
  const int final = HangulFinal(point.value);
  return final == 0 ? Ending::kVowel : final == kRieul ? Ending::kRieul : Ending::kConsonant;
}

}  // namespace

void AppendWithParticles(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const Particle* found = nullptr;
    for (const Particle& particle : kParticles) {
      if (text.substr(at).starts_with(particle.open)) found = &particle;
    }
    const auto ending = found == nullptr ? std::nullopt : EndingOf(out);
    if (!ending) {
      out += text[at++];
      continue;
    }
    const bool vowel = *ending == Ending::kVowel || (found->rieul_as_vowel && *ending == Ending::kRieul);
    out += vowel ? found->after_vowel : found->after_consonant;
    at += found->open.size();
  }
}

std::string WithParticles(std::string_view text) {
  std::string out;
  AppendWithParticles(text, out);
  return out;
}

}  // namespace plumbline::audit
