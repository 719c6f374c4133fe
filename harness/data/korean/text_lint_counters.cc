#include <algorithm>
#include <cctype>
#include <iterator>

#include "harness/data/korean/text_lint.h"

namespace plumbline::data::korean {
namespace {

using Findings = std::vector<std::string>;

// Position after the run of digits at `at`.
size_t DigitsEnd(std::string_view text, size_t at) {
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) ++at;
  return at;
}

constexpr std::string_view kCounters[] = {
    "명",   "개",   "권",   "장",   "잔",   "병",     "마리", "인분", "층",   "시",   "시간",
    "분",   "일",   "월",   "년",   "번",   "번째",   "호",   "개월", "박",   "주",   "회",
    "켤레", "벌",   "살",   "원",   "가지", "쪽",     "그릇", "통",   "곡",   "점",   "정거장",
    "교시", "학년", "송이", "상자", "봉지", "페이지", "세트", "조각", "자루", "판",   "대"};

// Particles, forms of 이다 and what else may follow a counter; anything else makes it the head of a
// longer word (3 주문, 2 일정).
constexpr std::string_view kFollowers[] = {
    " ",    ".",    ",",    "?",    "!",    "이",   "가",   "은",   "는",   "을",   "를",
    "으로", "로",   "에",   "의",   "과",   "와",   "까지", "부터", "만",   "도",   "씩",
    "쯤",   "인",   "일",   "요",   "예요", "예",   "여",   "였",   "라",   "면",   "나",
    "정도", "마다", "밖에", "보다", "처럼", "짜리", "째",   "간",   "동안", "뒤",   "후",
    "전",   "이상", "이하", "넘",   "밖",   "네요", "지",   "죠",   "더"};

// Whether a counter that `after` follows is one, and not the head of a longer word.
bool EndsCount(std::string_view after) {
  return after.empty() ||
         std::any_of(std::begin(kFollowers), std::end(kFollowers),
                     [after](std::string_view follower) { return after.starts_with(follower); });
}

void LintDigitSpace(std::string_view text, Findings& findings) {
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t end = DigitsEnd(text, i);
    if (end == i) continue;
    if (end < text.size() && text[end] == ' ') {
      const std::string_view next = text.substr(end + 1);
      for (const std::string_view counter : kCounters) {
        if (!next.starts_with(counter) || !EndsCount(next.substr(counter.size()))) continue;
        findings.push_back("space between digits and " + std::string(counter));
        break;
      }
    }
    i = end;
  }
}

void LintClock(std::string_view text, Findings& findings) {
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t end = DigitsEnd(text, i);
    if (end == i) continue;
    const std::string_view rest = text.substr(end);
    if (rest.starts_with("시") && !rest.starts_with("시간") && end - i <= 2) {
      const int hour = std::stoi(std::string(text.substr(i, end - i)));
      if (hour > 12 || hour == 0) findings.push_back("clock hour " + std::to_string(hour));
    }
    i = end;
  }
}

// Wrong pairs of numeral and counter, as they would be spelled.
constexpr std::string_view kBadCounts[] = {
    "일 명",     "이 명",     "삼 명",     "사 명",        "오 명",     "육 명",     "칠 명",
    "팔 명",     "육 시",     "칠 시",     "삼 시",        "사 시",     "오 시",     "이십 살",
    "한 인분",   "두 인분",   "세 인분",   "네 인분",      "다섯 인분", "셋 명",     "넷 명",
    "둘 명",     "스물 명",   "스물 살",   "일만 원",      "한 층에서", "두 층에서", "세 층에",
    "다섯 층에", "오전 12시", "오후 12시", "오전 열두 시", "한 주일",   "삼 마리",   "삼 권",
    "오 권",     "한 박",     "두 박"};

// Followed by a space or the end, these make a part of a longer word impossible ("사이 시간").
bool IsWholeWord(std::string_view text, size_t at) {
  return at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n';
}

}  // namespace

Findings LintCounterSpacing(std::string_view text) {
  Findings findings;
  LintDigitSpace(text, findings);
  return findings;
}

Findings LintCounters(std::string_view text) {
  Findings findings;
  for (const std::string_view bad : kBadCounts) {
    for (size_t at = text.find(bad); at != std::string_view::npos; at = text.find(bad, at + 1)) {
      if (IsWholeWord(text, at)) findings.push_back("numeral and counter: " + std::string(bad));
    }
  }
  LintClock(text, findings);
  return findings;
}

}  // namespace plumbline::data::korean
