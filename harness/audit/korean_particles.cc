#include "harness/audit/korean_particles.h"

#include <optional>

#include "harness/base/korean_sound.h"
#include "harness/base/utf8.h"

namespace plumbline::audit {
namespace {

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

bool IsVowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

FinalSound SoundOfLetter(char last, char before) {
  if (last == 'l') return FinalSound::kRieul;
  const bool closed = last == 'm' || last == 'n' || (last == 'g' && before == 'n') ||
                      (last == 'p' && IsVowel(before));
  return closed ? FinalSound::kConsonant : FinalSound::kVowel;
}

char Lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

size_t LastCodePoint(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

// Of the last syllable of UTF-8 text that ends here; brackets and quotes behind it are not read.
std::optional<FinalSound> SoundOf(std::string_view text) {
  while (!text.empty() && std::string_view(")]}\"'` ").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  if (text.empty()) return std::nullopt;
  const char last = text.back();
  if (last >= '0' && last <= '9') return SoundOfNumber(text);
  if (last == '%') return FinalSound::kVowel;  // peosenteu
  const char letter = Lower(last);
  if (letter >= 'a' && letter <= 'z') {
    return SoundOfLetter(letter, text.size() > 1 ? Lower(text[text.size() - 2]) : ' ');
  }
  const CodePoint point = CodePointAt(text, LastCodePoint(text));
  if (!IsHangulSyllable(point.value)) return std::nullopt;
  return SoundOfSyllable(point.value);
}

}  // namespace

void AppendWithParticles(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const Particle* found = nullptr;
    for (const Particle& particle : kParticles) {
      if (text.substr(at).starts_with(particle.open)) found = &particle;
    }
    const auto sound = found == nullptr ? std::nullopt : SoundOf(out);
    if (!sound) {
      out += text[at++];
      continue;
    }
    const bool vowel = *sound == FinalSound::kVowel || (found->rieul_as_vowel && *sound == FinalSound::kRieul);
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
