#include "harness/audit/korean_particles.h"

#include <optional>

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

// Of the last syllable of UTF-8 text that ends here; brackets and quotes behind it are not read.
std::optional<Ending> EndingOf(std::string_view text) {
  while (!text.empty() && std::string_view(")]}\"'` ").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  if (text.empty()) return std::nullopt;
  const char last = text.back();
  if (last >= '0' && last <= '9') return EndingOfDigit(last);
  if (last == '%') return Ending::kVowel;  // peosenteu
  const char letter = Lower(last);
  if (letter >= 'a' && letter <= 'z') {
    return EndingOfLetter(letter, text.size() > 1 ? Lower(text[text.size() - 2]) : ' ');
  }
  if (text.size() < 3) return std::nullopt;
  const auto byte = [&](size_t from_end) {
    return static_cast<unsigned char>(text[text.size() - from_end]);
  };
  if ((byte(3) & 0xF0) != 0xE0) return std::nullopt;
  const unsigned code = (byte(3) & 0x0Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(1) & 0x3Fu);
  constexpr unsigned kFirstSyllable = 0xAC00, kLastSyllable = 0xD7A3, kFinals = 28, kRieul = 8;
  if (code < kFirstSyllable || code > kLastSyllable) return std::nullopt;
  const unsigned final = (code - kFirstSyllable) % kFinals;
  return final == 0 ? Ending::kVowel : final == kRieul ? Ending::kRieul : Ending::kConsonant;
}

}  // namespace

std::string WithParticles(std::string_view text) {
  std::string out;
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
  return out;
}

}  // namespace plumbline::audit
