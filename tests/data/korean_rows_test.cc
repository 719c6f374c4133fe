// Gates 1 to 7: what every single row must keep, on all 13,455 rows and on planted mistakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/data/korean/catalog.h"
#include "harness/data/korean/frame_check.h"
#include "tests/data/korean_gates.h"
#include "tests/data/shipped.h"

namespace plumbline::data::korean {
namespace {

using ::testing::IsEmpty;

using RowGate = Findings (*)(const Items&);

void ExpectSilentOnTheData(RowGate gate) {
  for (const Items* split : AllSplits()) EXPECT_THAT(gate(*split), IsEmpty());
  EXPECT_THAT(gate({GoodItem()}), IsEmpty());
}

TEST(Gate1, ParticlesAgreeEverywhere) { ExpectSilentOnTheData(GateParticles); }

TEST(Gate1, FiresOnAWrongParticle) {
  Item bad = GoodItem();
  bad.summary = "#Person1#는 자리를 예약한다.";
  EXPECT_FALSE(GateParticles({bad}).empty());
  bad = GoodItem();
  bad.turns[2] = "창가 자리을 주세요.";
  EXPECT_FALSE(GateParticles({bad}).empty());
}

TEST(Gate2, TagsAreConsecutiveAndKnown) { ExpectSilentOnTheData(GateTags); }

TEST(Gate2, FiresOnTagsThatAreNotRight) {
  for (const char* dialogue : {"#Person1#: 네.\n#Person3#: 네.", "#Person1#: 네.\n#Person1#: 네.",
                               "네.\n#Person1#: 네.", "#Person1#: #Fax#예요.\n#Person2#: 네."}) {
    Item bad = GoodItem();
    bad.dialogue = dialogue;
    EXPECT_FALSE(GateTags({bad}).empty()) << dialogue;
  }
}

TEST(Gate3, SpacingAndSpellingAreRight) { ExpectSilentOnTheData(GateSpelling); }

TEST(Gate3, FiresOnAMisspelling) {
  Item bad = GoodItem();
  bad.turns[2] = "몇일에 갈까요?";
  EXPECT_FALSE(GateSpelling({bad}).empty());
}

TEST(Gate4, CharactersAreInTheClosedList) { ExpectSilentOnTheData(GateCharacters); }

TEST(Gate4, FiresOnALoneJamo) {
  Item bad = GoodItem();
  bad.turns[2] = "네ㅋㅋ.";
  EXPECT_FALSE(GateCharacters({bad}).empty());
}

TEST(Gate5, SpeechLevelsHold) { ExpectSilentOnTheData(GateLevels); }

TEST(Gate5, FiresOnAPlainEndingAmongPoliteSpeakers) {
  Item bad = GoodItem();
  bad.turns[2] = "나는 이따 갈게.";
  EXPECT_FALSE(GateLevels({bad}).empty());
  bad = GoodItem();
  bad.summary = "#Person1#은 자리를 예약했어요.";
  EXPECT_FALSE(GateLevels({bad}).empty());
}

TEST(Gate6, NumeralsGoWithTheirCounters) { ExpectSilentOnTheData(GateCounters); }

TEST(Gate6, FiresOnASinoNumeralForPeople) {
  Item bad = GoodItem();
  bad.turns[2] = "모두 삼 명이에요.";
  EXPECT_FALSE(GateCounters({bad}).empty());
}

TEST(Gate7, FactsAreWhereTheSidecarSays) { ExpectSilentOnTheData(GateFacts); }

TEST(Gate7, FiresOnAFactThatIsNotTold) {
  Item bad = GoodItem();
  bad.summary = "#Person1#은 자리를 예약한다.";
  EXPECT_FALSE(GateFacts({bad}).empty());
  bad = GoodItem();
  bad.turns[2] = "이따 갈게요.";
  EXPECT_FALSE(GateFacts({bad}).empty());
  bad = GoodItem();
  bad.summary = "#Person1#은 오후 7시가 아니라 오후 6시에 예약한다.";
  EXPECT_FALSE(GateFacts({bad}).empty());
  bad = GoodItem();
  bad.summary = "#Person3#는 오후 6시에 예약한다.";
  EXPECT_FALSE(GateFacts({bad}).empty());
}

TEST(Gate7, PricesClosersAndDatesMakeSense) { ExpectSilentOnTheData(GateSense); }

// Rows of lexicon version 1, whose sale price was the price before the discount.
TEST(Gate7, FiresOnASalePriceThatIsThePriceBefore) {
  Item item = GoodItem();
  item.topic_id = "T07";
  item.slots = {{"금액", "9만 원"}, {"할인", "5천 원 할인"}};
  item.summary = "#Person1#은 #Person2#에게 남색 제품을 찾아 주고 5천 원 할인을 적용해 9만 원에 판다.";
  EXPECT_FALSE(GateSense({item}).empty());
  item.summary = "#Person1#은 #Person2#에게 남색 제품을 찾아 주고 5천 원 할인을 적용해 8만 5천 원에 판다.";
  EXPECT_TRUE(GateSense({item}).empty());
  item.slots = {{"금액", "12만 원"}, {"할인", "15% 할인"}};
  item.summary = "#Person2#는 12만 원짜리 패딩을 15% 할인을 받아 10만 2천 원에 사기로 한다.";
  EXPECT_TRUE(GateSense({item}).empty());
  item.more_summaries = {"#Person2#는 15% 할인을 받아 12만 원을 내기로 한다."};
  EXPECT_FALSE(GateSense({item}).empty());
}

TEST(Gate7, FiresOnStaffWhoSpeakAsCustomers) {
  Item item = GoodItem();
  item.topic_id = "T01";  // B serves
  item.roles = {{"A", "#Person1#"}, {"B", "#Person2#"}};
  item.dialogue = "#Person1#: 비빔밥 주세요.\n#Person2#: 네, 그럼 수고하세요.";
  EXPECT_FALSE(GateSense({item}).empty());
  item.dialogue = "#Person1#: 비빔밥 주세요. 수고하세요.\n#Person2#: 네, 감사합니다.";
  EXPECT_TRUE(GateSense({item}).empty());
}

TEST(Gate7, FiresOnAGoodbyeUntilNobodyKnowsWhen) {
  Item item = GoodItem();
  item.turns = {"약은 소염제를 드리겠습니다.", "네. 그럼 그때 뵐게요."};
  EXPECT_FALSE(GateSense({item}).empty());
  item.turns = {"목요일에 다시 오십시오.", "네. 그럼 그때 뵐게요."};
  EXPECT_TRUE(GateSense({item}).empty());
}

TEST(Gate3, FiresOnARequestWithAQuestionMarkAndAQuestionWithout) {
  for (const char* wrong : {"네, 자세히 말해 주세요?", "먼저 사과해 보는 게 어때요.", "이제 시작할까요."}) {
    Item bad = GoodItem();
    bad.turns[2] = wrong;
    EXPECT_FALSE(GateSpelling({bad}).empty()) << wrong;
  }
}

TEST(Frames, HaveNoMistake) {
  EXPECT_EQ(Frames().size(), 32u);
  for (const Frame& frame : Frames())
    EXPECT_THAT(CheckFrame(frame, frame.id).errors, IsEmpty()) << frame.id;
}

}  // namespace
}  // namespace plumbline::data::korean
