#include "harness/data/korean/frame_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/data/korean/frame_facts.h"

namespace plumbline::data::korean {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One open block, one fact block with a correction, one summary: the smallest frame that says
// something.
constexpr std::string_view kSmall = R"(# a comment
frame T99 시험
weight 2
labels 하나, 둘, 셋
role A 손님 해요
role B 점원 합쇼
slot 메뉴 cue=choice = 국수, 김밥, 만두
slot 메뉴x = 떡국
table 증상 | 증상.말 | ~약
기침이 나서 | 기침이 나요 | 약
end
block open
A 안녕하세요.
block 메뉴 core @2-4 corr=self,avail
B 무엇을 드릴까요?
B 뭘 드릴까요?
A {메뉴+을} 주세요.
avail:
B {메뉴0+은} 없습니다.
or
A {메뉴+이} 되나요?
sum : {A+은} {메뉴+을} 주문한다.
sum when=메뉴.avail : {A+은} {메뉴0} 대신 {메뉴+을} 고른다.
)";

Frame Parsed(std::string_view text) {
  ParsedFrame parsed = ParseFrame(text, "small");
  EXPECT_THAT(parsed.errors, IsEmpty());
  EXPECT_THAT(DeriveFacts(parsed.frame, "small"), IsEmpty());
  return std::move(parsed.frame);
}

std::vector<std::string> ErrorsAfter(std::string_view from, std::string_view to) {
  std::string text(kSmall);
  text.replace(text.find(from), from.size(), to);
  ParsedFrame parsed = ParseFrame(text, "small");
  for (std::string& error : DeriveFacts(parsed.frame, "small"))
    parsed.errors.push_back(std::move(error));
  return parsed.errors;
}

TEST(FrameParser, ReadsHeadSlotsAndTables) {
  const Frame frame = Parsed(kSmall);
  EXPECT_EQ(frame.id, "T99");
  EXPECT_EQ(frame.name, "시험");
  EXPECT_EQ(frame.weight, 2);
  EXPECT_EQ(frame.FindRole('B')->level, Level::kHapsyo);
  const Slot* menu = frame.FindSlot("메뉴");
  EXPECT_EQ(menu->values.size(), 3u);
  EXPECT_EQ(menu->rejects.size(), 1u);
  EXPECT_EQ(menu->cue, Cue::kChoice);
  EXPECT_EQ(frame.FindSlot("증상")->values[0].forms.at("말"), "기침이 나요");
  EXPECT_FALSE(frame.FindSlot("약")->is_fact);
}

TEST(FrameParser, LinesOfOneRoleAreWordingsOfOneTurn) {
  const Frame frame = Parsed(kSmall);
  const Block* block = frame.FindBlock("메뉴");
  ASSERT_EQ(block->scripts.size(), 2u);
  ASSERT_EQ(block->scripts[0].turns.size(), 2u);
  EXPECT_EQ(block->scripts[0].turns[0].lines.size(), 2u);
  EXPECT_EQ(block->scripts[0].corrections.at(CorrectionKind::kAvail).size(), 1u);
  EXPECT_THAT(block->facts, ElementsAre("메뉴"));
}

TEST(FrameParser, ASummaryKnowsItsFactsAndItsCondition) {
  const Frame frame = Parsed(kSmall);
  EXPECT_THAT(frame.sums[0].facts, ElementsAre("메뉴"));
  EXPECT_EQ(frame.sums[1].when_slot, "메뉴");
  EXPECT_EQ(frame.sums[1].when_kind, CorrectionKind::kAvail);
  EXPECT_TRUE(frame.sums[1].mentions_rejected);
}

TEST(FrameParser, MistakesAreNamedWithTheirLine) {
  EXPECT_THAT(ErrorsAfter("weight 2", "weight x"), Contains(HasSubstr("small:3:")));
  EXPECT_THAT(ErrorsAfter("A {메뉴+을} 주세요.", "A {국+을} 주세요."),
              Contains(HasSubstr("unknown slot {국}")));
  EXPECT_THAT(ErrorsAfter("A {메뉴+을} 주세요.", "A {메뉴+봉} 주세요."),
              Contains(HasSubstr("unknown particle '+봉'")));
  EXPECT_THAT(ErrorsAfter("A {메뉴+을} 주세요.", "A {메뉴.말} 주세요."),
              Contains(HasSubstr("has no form '말'")));
  EXPECT_THAT(ErrorsAfter("A {메뉴+을} 주세요.", "A {메뉴+을} (주세요."),
              Contains(HasSubstr("closing )")));
  EXPECT_THAT(ErrorsAfter("corr=self", "corr=other"), IsEmpty());
  EXPECT_THAT(ErrorsAfter("corr=self", "corr=never"),
              Contains(HasSubstr("unknown correction 'never'")));
  EXPECT_THAT(ErrorsAfter("block open", "blok open"), Contains(HasSubstr("unknown word 'blok'")));
}

TEST(FrameParser, AFactMustBeInEveryWordingOfItsTurn) {
  EXPECT_THAT(ErrorsAfter("A {메뉴+을} 주세요.", "A {메뉴+을} 주세요.\nA 아무거나 주세요."),
              Contains(HasSubstr("{메뉴} is missing in some wordings")));
  EXPECT_THAT(ErrorsAfter("A {메뉴+을} 주세요.", "A ({메뉴+을}|그걸) 주세요."),
              Contains(HasSubstr("only in some choices")));
}

}  // namespace
}  // namespace plumbline::data::korean
