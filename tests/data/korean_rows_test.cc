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

TEST(Frames, HaveNoMistake) {
  EXPECT_EQ(Frames().size(), 32u);
  for (const Frame& frame : Frames())
    EXPECT_THAT(CheckFrame(frame, frame.id).errors, IsEmpty()) << frame.id;
}

}  // namespace
}  // namespace plumbline::data::korean
