#include "harness/data/korean/hangul.h"

#include <cstddef>

#include "harness/base/error.h"

namespace plumbline::data::korean {
namespace {

// Conjoining jamo blocks, Unicode 15 section 3.12.
constexpr char32_t kFirstInitial = 0x1100;
constexpr char32_t kFirstVowel = 0x1161;
constexpr char32_t kBeforeFirstFinal = 0x11A7;
constexpr int kNumInitials = 19;
constexpr int kNumVowels = 21;

bool Within(char32_t point, char32_t first, int count) {
  return point >= first && point < first + static_cast<char32_t>(count);
}

// Length in bytes of the sequence that `lead` opens; 0 when it opens none.
int SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

[[noreturn]] void FailUtf8(size_t offset) {
  Fail(ErrorKind::kData, "decoding UTF-8", "a malformed byte at offset " + std::to_string(offset),
       "well-formed UTF-8", "re-encode the text as UTF-8");
}

}  // namespace

std::u32string Decode(std::string_view utf8) {
  std::u32string points;
  points.reserve(utf8.size());
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const int length = SequenceLength(lead);
    if (length == 0 || i + static_cast<size_t>(length) > utf8.size()) FailUtf8(i);
    char32_t point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (int k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(utf8[i + static_cast<size_t>(k)]);
      if ((next & 0xC0u) != 0x80u) FailUtf8(i);
      point = (point << 6) | (next & 0x3Fu);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) FailUtf8(i);
    points.push_back(point);
    i += static_cast<size_t>(length);
  }
  return points;
}

std::string Encode(std::u32string_view points) {
  std::string utf8;
  utf8.reserve(points.size() * 3);
  for (const char32_t point : points) {
    if (point < 0x80) {
      utf8 += static_cast<char>(point);
    } else if (point < 0x800) {
      utf8 += static_cast<char>(0xC0 | (point >> 6));
      utf8 += static_cast<char>(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      utf8 += static_cast<char>(0xE0 | (point >> 12));
      utf8 += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
      utf8 += static_cast<char>(0x80 | (point & 0x3F));
    } else {
      utf8 += static_cast<char>(0xF0 | (point >> 18));
      utf8 += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
      utf8 += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
      utf8 += static_cast<char>(0x80 | (point & 0x3F));
    }
  }
  return utf8;
}

bool IsSyllable(char32_t point) { return point >= kFirstSyllable && point <= kLastSyllable; }

int FinalOf(char32_t point) {
  PLUMBLINE_CHECK(IsSyllable(point));
  return static_cast<int>((point - kFirstSyllable) % kNumFinals);
}

std::string ComposeHangul(std::string_view utf8) {
  std::u32string composed;
  for (const char32_t point : Decode(utf8)) {
    const char32_t last = composed.empty() ? 0 : composed.back();
    if (Within(last, kFirstInitial, kNumInitials) && Within(point, kFirstVowel, kNumVowels)) {
      composed.back() = kFirstSyllable +
                        ((last - kFirstInitial) * kNumVowels + (point - kFirstVowel)) * kNumFinals;
    } else if (IsSyllable(last) && FinalOf(last) == 0 &&
               Within(point, kBeforeFirstFinal + 1, kNumFinals - 1)) {
      composed.back() = last + (point - kBeforeFirstFinal);
    } else {
      composed.push_back(point);
    }
  }
  return Encode(composed);
}

std::string DecomposeHangul(std::string_view utf8) {
  std::u32string decomposed;
  for (const char32_t point : Decode(utf8)) {
    if (!IsSyllable(point)) {
      decomposed.push_back(point);
      continue;
    }
    const char32_t index = point - kFirstSyllable;
    decomposed.push_back(kFirstInitial + index / (kNumVowels * kNumFinals));
    decomposed.push_back(kFirstVowel + index / kNumFinals % kNumVowels);
    if (FinalOf(point) != 0) decomposed.push_back(kBeforeFirstFinal + index % kNumFinals);
  }
  return Encode(decomposed);
}

bool EndsWith(std::string_view text, std::string_view part) { return text.ends_with(part); }

bool StartsWith(std::string_view text, std::string_view part) { return text.starts_with(part); }

}  // namespace plumbline::data::korean
