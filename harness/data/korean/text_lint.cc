#include "harness/data/korean/text_lint.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/korean/hangul.h"
#include "harness/data/korean/josa.h"
#include "harness/data/korean/numerals.h"

namespace plumbline::data::korean {
namespace {

using Findings = std::vector<std::string>;

constexpr std::string_view kLatin[] = {"KTX", "PPT",   "TV", "ATM", "USB",  "SNS",
                                       "PDF", "Wi-Fi", "A4", "MP3", "CCTV", "QR"};

constexpr std::string_view kMasks[] = {
    "#Person1#", "#Person2#",    "#Person3#",     "#Person4#",     "#Person5#",
    "#Person6#", "#Person7#",    "#PhoneNumber#", "#Address#",     "#Email#",
    "#SSN#",     "#CardNumber#", "#CarNumber#",   "#DateOfBirth#", "#PassportNumber#"};

// Wrong strings and what they should be. Spaces matter.
constexpr std::pair<std::string_view, std::string_view> kSpelling[] = {
    {"해주", "해 주"},
    {"해드리", "해 드리"},
    {"해드릴", "해 드릴"},
    {"할수", "할 수"},
    {"될수", "될 수"},
    {"것같", "것 같"},
    {"거같", "거 같"},
    {"안되나요", "안 되나요"},
    {"몇일", "며칠"},
    {"할께", "할게"},
    {"할꺼", "할 거"},
    {"갈께", "갈게"},
    {"줄께", "줄게"},
    {"드릴께", "드릴게"},
    {"되요", "돼요"},
    {"되서", "돼서"},
    {"됬", "됐"},
    {"안돼", "안 돼"},
    {"안되요", "안 돼요"},
    {"왠일", "웬일"},
    {"뵈요", "봬요"},
    {"바램", "바람"},
    {"쥬스", "주스"},
    {"메세지", "메시지"},
    {"케익", "케이크"},
    {"컨텐츠", "콘텐츠"},
    {"수퍼", "슈퍼"},
    {"쇼파", "소파"},
    {"천만에요", "별말씀을요"},
    {"당신", "생략"},
    {"그녀", "생략"},
    {"커피 나오셨습니다", "커피 나왔습니다"},
    {"원이십니다", "원입니다"},
    {"저가 ", "제가"},
    {"너가 ", "네가"},
    {"다음주", "다음 주"},
    {"이번주", "이번 주"},
    {"지난 주", "지난주"},
    {"알려줄", "알려 줄"},
    {"알려주", "알려 주"},
    {"보내주", "보내 주"},
    {"보내드", "보내 드"},
    {"가져다 드", "가져다드"},
    {"도와 드리", "도와드리"},
    {"도와 드릴", "도와드릴"},
    {"찾아 보", "찾아보"},
    {"알아 보", "알아보"},
    {"물어 보", "물어보"},
    {"전화 번호", "전화번호"},
    {"생년 월일", "생년월일"},
    {"체크 카드", "체크카드"},
    {"어의없", "어이없"},
    {"금새", "금세"},
    {"오랫만", "오랜만"},
    {"설레임", "설렘"},
    {"있을꺼", "있을 거"},
    {"괜찬", "괜찮"},
    {"문안하", "무난하"},
    {"어떻해", "어떡해"},
    {"일일히", "일일이"},
    {"커피 나오셨", "커피 나왔"},
    {"말씀이 계시", "말씀이 있으시"}};

Findings& Add(Findings& findings, std::string what) {
  findings.push_back(std::move(what));
  return findings;
}

bool IsListed(char32_t point) {
  constexpr std::u32string_view kMarks = U"#_:.,?!~%()'\u2018\u2019\u2026 \n";
  return kMarks.find(point) != std::u32string_view::npos;
}

// `text` without masks and listed Latin words.
std::string WithoutLatin(std::string_view text) {
  std::string rest(text);
  const auto erase_all = [&rest](std::string_view part) {
    for (size_t at = rest.find(part); at != std::string::npos; at = rest.find(part))
      rest.replace(at, part.size(), " ");
  };
  for (const std::string_view mask : kMasks) erase_all(mask);
  for (const std::string_view word : kLatin) erase_all(word);
  return rest;
}

void LintMaskParticle(std::string_view text, Findings& findings) {
  // Every particle whose shape varies, in both shapes; longer ones first.
  constexpr std::pair<std::string_view, std::string_view> kShapes[] = {
      {"이에요", "예요"}, {"으로", "로"}, {"이라고", "라고"}, {"은", "는"},
      {"이", "가"},       {"을", "를"},   {"과", "와"}};
  for (const std::string_view mask : kMasks) {
    for (size_t at = text.find(mask); at != std::string_view::npos; at = text.find(mask, at + 1)) {
      const std::string_view rest = text.substr(at + mask.size());
      for (const auto& [consonant, vowel] : kShapes) {
        if (!rest.starts_with(consonant) && !rest.starts_with(vowel)) continue;
        const std::string wanted = Josa(mask, consonant).substr(mask.size());
        if (!rest.starts_with(wanted)) Add(findings, "particle after " + std::string(mask));
        break;
      }
      if (rest.starts_with(" 은") || rest.starts_with(" 는 ") || rest.starts_with(" 이 ") ||
          rest.starts_with(" 가 ")) {
        Add(findings, "space between " + std::string(mask) + " and its particle");
      }
    }
  }
}

// Sentences of `text` without their final marks.
std::vector<std::string> Sentences(std::string_view text) {
  std::vector<std::string> sentences(1);
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool mark = c == '.' || c == '?' || c == '!';
    if (!mark) sentences.back() += c;
    const bool inside_number = c == '.' && i + 1 < text.size() &&
                               std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0;
    if (mark && !inside_number && !sentences.back().empty()) sentences.emplace_back();
  }
  std::vector<std::string> kept;
  for (const std::string& sentence : sentences) {
    const size_t begin = sentence.find_first_not_of(' ');
    if (begin != std::string::npos) kept.push_back(sentence.substr(begin));
  }
  return kept;
}

bool EndsInAny(std::string_view text, const std::vector<std::string_view>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [text](std::string_view ending) { return text.ends_with(ending); });
}

const std::vector<std::string_view>& PoliteEndings() {
  static const std::vector<std::string_view> endings = {"요", "죠"};
  return endings;
}

const std::vector<std::string_view>& FormalEndings() {
  static const std::vector<std::string_view> endings = {"니다", "니까", "니다만"};
  return endings;
}

constexpr int kFinalBieup = 17;

// -(스)ㅂ니다, -(스)ㅂ니까, -ㅂ시오: the syllable before has the final bieup, unlike 아니다,
// 그러니까, 택시.
bool IsFormal(std::string_view sentence) {
  if (sentence.ends_with("시오") || sentence.ends_with("십시다")) return true;
  for (const std::string_view ending : FormalEndings()) {
    if (!sentence.ends_with(ending)) continue;
    const std::u32string before = Decode(sentence.substr(0, sentence.size() - ending.size()));
    return !before.empty() && IsSyllable(before.back()) && FinalOf(before.back()) == kFinalBieup;
  }
  return false;
}

// Formulas of 합쇼체 that polite speakers use too.
const std::vector<std::string_view>& SetFormulas() {
  static const std::vector<std::string_view> formulas = {
      "감사합니다",   "고맙습니다",   "죄송합니다",      "미안합니다",          "실례합니다",
      "반갑습니다",   "맞습니다",     "축하합니다",      "그렇습니다",          "알겠습니다",
      "안녕하십니까", "수고하십니다", "잘 부탁드립니다", "부탁드립니다",        "실례했습니다",
      "감사했습니다", "모르겠습니다", "좋습니다",        "별말씀을 다 하십니다"};
  return formulas;
}

// Plain endings that no noun has: only these betray a plain sentence inside polite speech.
const std::vector<std::string_view>& ClearlyPlain() {
  static const std::vector<std::string_view> endings = {
      "했어",   "있어", "없어", "할게",  "갈게", "줄게", "거야", "잖아",   "거든",
      "하자",   "가자", "할래", "그래",  "좋아", "몰라", "됐어", "알았어", "맞아",
      "괜찮아", "싶어", "같아", "해 줘", "어때", "보자", "먹자"};
  return endings;
}

}  // namespace

Findings LintCharacters(std::string_view text) {
  Findings findings;
  if (ComposeHangul(text) != text) Add(findings, "not in composed form");
  for (const char32_t point : Decode(WithoutLatin(text))) {
    const bool digit = point >= U'0' && point <= U'9';
    if (!IsSyllable(point) && !digit && !IsListed(point))
      Add(findings, "character '" + Encode(std::u32string(1, point)) + "'");
  }
  constexpr std::string_view kFinals[] = {".", "?", "!", "\u2026"};
  const bool ended = std::any_of(std::begin(kFinals), std::end(kFinals),
                                 [text](std::string_view mark) { return text.ends_with(mark); });
  if (!ended) Add(findings, "no final mark");
  return findings;
}

Findings LintSpelling(std::string_view text) {
  Findings findings;
  for (const auto& [wrong, right] : kSpelling) {
    if (text.find(wrong) != std::string_view::npos)
      Add(findings, std::string(wrong) + " -> " + std::string(right));
  }
  for (const std::string_view bad :
       {"  ", " .", " ,", " ?", " !", ",,", "?.", "!.", "은(는)", "이(가)", "을(를)", "(으)로",
        // A request is no question, and these are nothing else.
        "주세요?", "할까요.", "볼까요.", "갈까요.", "될까요.", "을까요.", "떨까요.", "어때요.", "습니까.", "입니까.", "있나요.", "없나요.", "되나요.",
        "왔나요.", "인가요.", "거든요 "}) {
    if (text.find(bad) != std::string_view::npos) Add(findings, "'" + std::string(bad) + "'");
  }
  if (text.ends_with(" ") || text.starts_with(" ")) Add(findings, "space at the edge");
  for (std::string& finding : LintCounterSpacing(text)) findings.push_back(std::move(finding));
  return findings;
}

Findings LintParticles(std::string_view text) {
  Findings findings;
  LintMaskParticle(text, findings);
  return findings;
}

Findings LintLevel(std::string_view text, Level level) {
  Findings findings;
  for (const std::string& sentence : Sentences(text)) {
    const bool polite = EndsInAny(sentence, PoliteEndings());
    const bool formal = IsFormal(sentence);
    if (level == Level::kHae && (formal || (polite && sentence.size() > 6)))
      Add(findings, "ending above 해체: " + sentence);
    if (level == Level::kHaeyo && formal && !EndsInAny(sentence, SetFormulas()) &&
        sentence.find('#') == std::string::npos) {
      Add(findings, "ending of 합쇼체: " + sentence);
    }
    if (level != Level::kHae && EndsInAny(sentence, ClearlyPlain()))
      Add(findings, "ending of 해체: " + sentence);
  }
  const auto has_word = [text](std::string_view word) {
    for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      if (at == 0 || text[at - 1] == ' ') return true;
    }
    return false;
  };
  if (level == Level::kHae) {
    for (const std::string_view word : {"저는 ", "제가 ", "저도 ", "저희 ", "저한테 "}) {
      if (has_word(word)) Add(findings, "humble pronoun in 해체: " + std::string(word));
    }
  } else {
    for (const std::string_view word : {"나는 ", "내가 ", "나도 ", "너는 ", "네가 ", "나한테 "}) {
      if (has_word(word)) Add(findings, "plain pronoun: " + std::string(word));
    }
  }
  return findings;
}

Findings LintSummary(std::string_view text) {
  Findings findings;
  for (const std::string& sentence : Sentences(text)) {
    const std::u32string points = Decode(sentence);
    const bool plain = sentence.ends_with("다") && !sentence.ends_with("니다");
    if (!plain || points.size() < 3) Add(findings, "summary ending: " + sentence);
    if (EndsInAny(sentence, {"했다", "었다", "았다", "였다", "됐다"}))
      Add(findings, "past tense: " + sentence);
  }
  for (const std::string_view word : {"저는", "제가", "나는 ", "내가 ", "우리 ", "여기 ", "거기 ",
                                      "\"", "!", "?", "...", "저희"}) {
    for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      if (at == 0 || text[at - 1] == ' ' || word.size() == 1)
        Add(findings, "in a summary: " + std::string(word));
    }
  }
  return findings;
}

Findings LintTurn(std::string_view text, Level level) {
  Findings all;
  for (const Findings& findings : {LintCharacters(text), LintSpelling(text), LintCounters(text),
                                   LintParticles(text), LintLevel(text, level)}) {
    all.insert(all.end(), findings.begin(), findings.end());
  }
  return all;
}

}  // namespace plumbline::data::korean
