#include "harness/eval/sentences.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/eval/rouge.h"

namespace plumbline::eval {
namespace {

TEST(OneSentencePerLine, BreaksBehindEachSentence) {
  EXPECT_EQ(OneSentencePerLine("민지는 두 시에 만난다. 지훈은 표를 산다."), "민지는 두 시에 만난다.\n지훈은 표를 산다.");
  EXPECT_EQ(OneSentencePerLine("Really? Yes!  He said \"no.\" Then he left."),
            "Really?\nYes!\nHe said \"no.\"\nThen he left.");
  EXPECT_EQ(OneSentencePerLine("끝났다。 정말？ 그렇다！ 끝"), "끝났다。\n정말？\n그렇다！\n끝");
  EXPECT_EQ(OneSentencePerLine("Wait... What?! No."), "Wait...\nWhat?!\nNo.");
}

TEST(OneSentencePerLine, LeavesWhatIsNoEnd) {
  for (const char* text : {"", "한 문장이다.", "3.5 km at www.a.kr is far", "Mr. Smith met Dr. Kim and J. Lee",
                           "one\ntwo", "a.\nb.", "no stop"}) {
    EXPECT_EQ(OneSentencePerLine(text), text);
  }
}

// Hand-computed: swapped sentences share all words; in one sequence the longest common subsequence is one of them.
TEST(OneSentencePerLine, GivesRougeLsumItsMeaning) {
  const std::string prediction = "d e f. a b c.", reference = "a b c. d e f.";
  RougeScorer scorer({.tokenizer = "unicode"});
  const std::vector<std::string> plain = {reference}, lines = {OneSentencePerLine(reference)};
  const RougeScores joined = scorer.Score(prediction, plain);
  EXPECT_DOUBLE_EQ(joined[kRougeLsum].f1, 0.5);
  const RougeScores split = scorer.Score(OneSentencePerLine(prediction), lines);
  EXPECT_DOUBLE_EQ(split[kRougeLsum].f1, 1.0);
  for (const RougeType type : {kRouge1, kRouge2, kRougeL}) {
    EXPECT_EQ(split[type].f1, joined[type].f1) << RougeTypeName(type);
  }
}

}  // namespace
}  // namespace plumbline::eval
