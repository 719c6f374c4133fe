#include "harness/data/korean/text_lint.h"

#include <gtest/gtest.h>

namespace plumbline::data::korean {
namespace {

TEST(LintCharacters, RefusesJamoFullWidthDigitsAndAMissingEnd) {
  EXPECT_TRUE(LintCharacters("네, 알겠어요.").empty());
  EXPECT_TRUE(LintCharacters("KTX로 갈게요.").empty());
  EXPECT_FALSE(LintCharacters("네ㅋㅋ.").empty());
  EXPECT_FALSE(LintCharacters("３시에 봬요.").empty());
  EXPECT_FALSE(LintCharacters("Hello.").empty());
  EXPECT_FALSE(LintCharacters("네").empty());
  EXPECT_FALSE(LintCharacters("\u1112\u1161\u11AB.").empty());
}

TEST(LintSpelling, FindsSpacingAndMisspellings) {
  EXPECT_TRUE(LintSpelling("예약해 주세요. 3명이에요.").empty());
  for (const char* wrong : {"예약해주세요.", "몇일 걸려요?", "제가 할께요.", "3 명이에요.",
                            "갈 것같아요.", "두  칸.", "네 , 좋아요.", "이번주에 가요."}) {
    EXPECT_FALSE(LintSpelling(wrong).empty()) << wrong;
  }
}

// House spelling joins digits and counters, whatever particle or ending follows.
TEST(LintSpelling, DigitsJoinTheirCountersBeforeEveryEnding) {
  for (const char* wrong :
       {"3 명인데요.", "3 명부터 돼요.", "3 명의 자리예요.", "3 명예요.", "3 명이나 와요.",
        "3 명.", "3 명 와요.", "3 시간 걸려요.", "3 시부터예요.", "2 개월이면 돼요.",
        "5 번째예요.", "2 권도 빌려요.", "4 층으로 오세요.", "2 박짜리예요.", "300 원이에요."}) {
    EXPECT_FALSE(LintSpelling(wrong).empty()) << wrong;
  }
  for (const char* right :
       {"3명인데요.", "3명부터 돼요.", "3시간 걸려요.", "5만 원이에요.", "95 사이즈를 찾아요.",
        "3 주문이 밀렸어요.", "2 일정이 겹쳐요.", "세 명이에요.", "1호선 3번 출구예요."}) {
    EXPECT_TRUE(LintSpelling(right).empty()) << right;
  }
}

TEST(LintCounters, FindsNumeralsThatDoNotGoWithTheirCounters) {
  EXPECT_TRUE(LintCounters("세 명이 여섯 시에 가요.").empty());
  EXPECT_TRUE(LintCounters("24시간 영업해요.").empty());
  for (const char* wrong :
       {"삼 명이 가요.", "육 시에 봬요.", "세 인분 주세요.", "오전 12시에 봬요.", "15시에 봬요."}) {
    EXPECT_FALSE(LintCounters(wrong).empty()) << wrong;
  }
}

TEST(LintParticles, FindsTheWrongShapeAfterATag) {
  EXPECT_TRUE(LintParticles("#Person1#은 #Person2#를 만난다.").empty());
  EXPECT_FALSE(LintParticles("#Person1#는 간다.").empty());
  EXPECT_FALSE(LintParticles("#Person2#은 간다.").empty());
  EXPECT_FALSE(LintParticles("#Person1# 은 간다.").empty());
}

TEST(LintLevel, EndingsAndPronounsMustFitTheLevel) {
  EXPECT_TRUE(LintLevel("제가 갈게요.", Level::kHaeyo).empty());
  EXPECT_TRUE(LintLevel("제가 가겠습니다.", Level::kHapsyo).empty());
  EXPECT_TRUE(LintLevel("내가 갈게.", Level::kHae).empty());
  EXPECT_FALSE(LintLevel("내가 갈게요.", Level::kHaeyo).empty());
  EXPECT_FALSE(LintLevel("제가 가겠습니다.", Level::kHae).empty());
  EXPECT_FALSE(LintLevel("지금 가겠습니다.", Level::kHaeyo).empty());
  EXPECT_FALSE(LintLevel("그럼 그렇게 할게.", Level::kHapsyo).empty());
}

TEST(LintLevel, FormulasAndWordsThatLookLikeEndingsAreFine) {
  EXPECT_TRUE(LintLevel("네, 감사합니다.", Level::kHaeyo).empty());
  EXPECT_TRUE(LintLevel("그러니까. 나도 그래.", Level::kHae).empty());
}

TEST(LintSummary, WantsPlainPresentWithoutSpeakersWords) {
  EXPECT_TRUE(LintSummary("#Person1#은 방을 예약한다.").empty());
  for (const char* wrong : {"#Person1#은 방을 예약해요.", "#Person1#은 방을 예약합니다.",
                            "#Person1#은 방을 예약했다.", "방을 예약함.", "제가 방을 예약한다."}) {
    EXPECT_FALSE(LintSummary(wrong).empty()) << wrong;
  }
}

}  // namespace
}  // namespace plumbline::data::korean
