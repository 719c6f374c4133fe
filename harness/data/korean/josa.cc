#include "harness/data/korean/josa.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/korean/hangul.h"

namespace plumbline::data::korean {
namespace {

using Reading = std::pair<std::string_view, FinalSound>;

constexpr Reading kMasks[] = {
    {"#Person1#", FinalSound::kConsonant}, {"#Person2#", FinalSound::kVowel},
    {"#Person3#", FinalSound::kVowel},     {"#Person4#", FinalSound::kVowel},
    {"#Person5#", FinalSound::kVowel},     {"#Person6#", FinalSound::kVowel},
    {"#Person7#", FinalSound::kConsonant}, {"#PhoneNumber#", FinalSound::kVowel},
    {"#Address#", FinalSound::kVowel},     {"#PassportNumber#", FinalSound::kVowel},
    {"#CardNumber#", FinalSound::kVowel},  {"#CarNumber#", FinalSound::kVowel},
    {"#Email#", FinalSound::kRieul},       {"#SSN#", FinalSound::kConsonant},
    {"#DateOfBirth#", FinalSound::kVowel},
};

// Words whose reading their letters or digits do not give.
constexpr Reading kReadings[] = {
    {"MP3", FinalSound::kVowel},  {"A4", FinalSound::kVowel},      {"Kate", FinalSound::kVowel},
    {"Paul", FinalSound::kRieul}, {"app", FinalSound::kConsonant}, {"Wi-Fi", FinalSound::kVowel},
    {"NASA", FinalSound::kVowel}, {"PIN", FinalSound::kConsonant},
};

constexpr Reading kUnits[] = {
    {"%", FinalSound::kVowel},  {"kg", FinalSound::kConsonant}, {"km", FinalSound::kVowel},
    {"cm", FinalSound::kVowel}, {"mm", FinalSound::kVowel},     {"ml", FinalSound::kVowel},
    {"L", FinalSound::kVowel},  {"g", FinalSound::kConsonant},  {"m", FinalSound::kVowel},
};

constexpr std::string_view kInvariant[] = {
    "의",     "에",     "에서", "에게",   "에게서", "한테",   "한테서", "께",   "께서",
    "도",     "만",     "부터", "까지",   "보다",   "처럼",   "마다",   "밖에", "하고",
    "짜리",   "씨",     "님",   "이다",   "입니다", "입니까", "인데요", "인데", "인지",
    "인가요", "일까요", "일",   "인",     "쯤",     "대로",   "만큼",   "뿐",   "까지만",
    "에는",   "에도",   "에만", "부터는", "에서는", "까지는", "이니",   "인가", "인데도",
    "에서도", "만은",   "조차", "마저",   "임",
};

[[noreturn]] void FailReading(std::string_view word) {
  Fail(ErrorKind::kData, "choosing a particle", Quoted(word), "a word with a known reading",
       "add its reading to josa.cc");
}

template <size_t kSize>
std::optional<FinalSound> LookUp(const Reading (&table)[kSize], std::string_view word) {
  for (const Reading& reading : table) {
    if (reading.first == word) return reading.second;
  }
  return std::nullopt;
}

// Cuts trailing marks that are not read aloud.
std::string_view WithoutMarks(std::string_view word) {
  constexpr std::string_view kMarks[] = {" ",
                                         ".",
                                         ",",
                                         "!",
                                         "?",
                                         "~",
                                         ":",
                                         ";",
                                         "\"",
                                         "'",
                                         "\xE2\x80\xA6",   // ellipsis
                                         "\xE2\x80\x99",   // right single quotation mark
                                         "\xE2\x80\x9D"};  // right double quotation mark
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view mark : kMarks) {
      if (!word.ends_with(mark)) continue;
      word.remove_suffix(mark.size());
      again = true;
    }
  }
  return word;
}

// Drops a closing bracket group, or its brackets when it is the whole word.
std::string_view WithoutBrackets(std::string_view word) {
  while (word.ends_with(")")) {
    const size_t open = word.rfind('(');
    if (open == std::string_view::npos) break;
    word = open == 0 ? word.substr(1, word.size() - 2) : word.substr(0, open);
    word = WithoutMarks(word);
  }
  return word;
}

std::string_view TrailingLetters(std::string_view word) {
  size_t begin = word.size();
  while (begin > 0 &&
         (std::isalnum(static_cast<unsigned char>(word[begin - 1])) != 0 || word[begin - 1] == '-'))
    --begin;
  return word.substr(begin);
}

std::optional<FinalSound> SoundOfCapitals(std::string_view letters) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (letters.empty() || !std::all_of(letters.begin(), letters.end(), is_capital))
    return std::nullopt;
  switch (letters.back()) {
    case 'L':
    case 'R':  // both readings of R are accepted since 2023; the one with a final is chosen
      return FinalSound::kRieul;
    case 'M':
    case 'N':
      return FinalSound::kConsonant;
    default:
      return FinalSound::kVowel;
  }
}

std::optional<FinalSound> SoundOfUnit(std::string_view word) {
  for (const Reading& unit : kUnits) {
    if (!word.ends_with(unit.first)) continue;
    const std::string_view before = word.substr(0, word.size() - unit.first.size());
    if (!before.empty() && std::isdigit(static_cast<unsigned char>(before.back())) != 0)
      return unit.second;
  }
  return std::nullopt;
}

// The after-vowel shape of a form that changes; nullopt for one that does not.
std::optional<std::string> AfterVowel(std::string_view form) {
  constexpr std::pair<std::string_view, std::string_view> kWhole[] = {
      {"이", "가"}, {"아", "야"}, {"이요", "요"}};
  for (const auto& [consonant, vowel] : kWhole) {
    if (form == consonant) return std::string(vowel);
  }
  constexpr std::pair<std::string_view, std::string_view> kHeads[] = {
      {"은", "는"},   {"을", "를"},   {"과", "와"}, {"으로", "로"},
      {"이에", "예"}, {"이었", "였"}, {"이", ""}};
  for (const auto& [consonant, vowel] : kHeads) {
    if (form.starts_with(consonant))
      return std::string(vowel).append(form.substr(consonant.size()));
  }
  return std::nullopt;
}

bool IsInvariant(std::string_view form) {
  return std::find(std::begin(kInvariant), std::end(kInvariant), form) != std::end(kInvariant);
}

std::optional<std::string> PronounForm(std::string_view word, std::string_view form) {
  constexpr std::array<std::array<std::string_view, 3>, 6> kPronouns = {{{"나", "이", "내가"},
                                                                         {"저", "이", "제가"},
                                                                         {"너", "이", "네가"},
                                                                         {"누구", "이", "누가"},
                                                                         {"나", "의", "내"},
                                                                         {"저", "의", "제"}}};
  for (const auto& row : kPronouns) {
    if (row[0] == word && row[1] == form) return std::string(row[2]);
  }
  return std::nullopt;
}

}  // namespace

FinalSound FinalSoundOf(std::string_view raw) {
  const std::string composed = ComposeHangul(raw);
  const std::string_view word = WithoutBrackets(WithoutMarks(composed));
  if (word.empty()) FailReading(raw);
  if (word.back() == '#') {
    const size_t open = word.rfind('#', word.size() - 2);
    const auto mask = LookUp(kMasks, open == std::string_view::npos ? word : word.substr(open));
    if (!mask.has_value()) FailReading(raw);
    return *mask;
  }
  const std::string_view letters = TrailingLetters(word);
  if (const auto sound = LookUp(kReadings, letters)) return *sound;
  if (const auto sound = SoundOfUnit(word)) return *sound;
  if (std::isdigit(static_cast<unsigned char>(word.back())) != 0)
    return SoundOfNumber(word);
  if (const auto sound = SoundOfCapitals(letters)) return *sound;
  const std::u32string points = Decode(word);
  if (!IsSyllable(points.back())) FailReading(raw);
  return SoundOfSyllable(points.back());
}

bool IsVariableForm(std::string_view form) {
  return !IsInvariant(form) && AfterVowel(form).has_value();
}

bool IsJosaForm(std::string_view form) { return IsInvariant(form) || AfterVowel(form).has_value(); }

std::string Josa(std::string_view word, std::string_view form) {
  std::string composed = ComposeHangul(word);
  if (!IsJosaForm(form)) {
    Fail(ErrorKind::kData, "choosing a particle", Quoted(form),
         "a known particle, named by its after-consonant form",
         "write it after the closing brace, or add it to josa.cc");
  }
  if (const auto pronoun = PronounForm(composed, form)) return *pronoun;
  const FinalSound sound = FinalSoundOf(composed);
  if (!IsVariableForm(form)) return composed.append(form);
  const bool euro = form.starts_with("으로");
  const bool as_vowel = sound == FinalSound::kVowel || (euro && sound == FinalSound::kRieul);
  return composed.append(as_vowel ? *AfterVowel(form) : std::string(form));
}

}  // namespace plumbline::data::korean
