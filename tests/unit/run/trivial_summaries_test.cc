#include "harness/run/trivial_summaries.h"

#include <gtest/gtest.h>

namespace plumbline::run {
namespace {

data::Example Row(const std::string& fname, const std::string& dialogue, const std::string& summary) {
  data::Example example;
  example.fname = fname;
  example.dialogue = dialogue;
  example.summary = {summary};
  return example;
}

TEST(LeadTurns, TakesTheFirstTurnsWithoutTheirTags) {
  const std::string dialogue = "#Person1#: Hello there.\n#Person2#: Hi: you?\n#Person1#: Bye.";
  EXPECT_EQ(LeadTurns(dialogue, 1), "Hello there.");
  EXPECT_EQ(LeadTurns(dialogue, 2), "Hello there. Hi: you?");
}

TEST(LeadTurns, ADialogueWithoutTagsOrWithFewerTurnsIsTakenAsItIs) {
  EXPECT_EQ(LeadTurns("Note: no tag here.", 3), "Note: no tag here.");
  EXPECT_EQ(LeadTurns("", 1), "");
}

TEST(MakeTrivialSummaries, RandomNeverTakesTheRowsOwnReference) {
  const std::vector<data::Example> rows = {Row("a", "x", "own a"), Row("b", "y", "own b")};
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto methods = MakeTrivialSummaries(rows, rows, seed);
    ASSERT_EQ(methods.size(), 3u);
    EXPECT_EQ(methods[2].name, "random");
    EXPECT_EQ(methods[2].predictions, (std::vector<std::string>{"own b", "own a"}));
  }
}

TEST(MakeTrivialSummaries, EqualSeedsGiveEqualDraws) {
  std::vector<data::Example> pool;
  for (int i = 0; i < 40; ++i) pool.push_back(Row("p" + std::to_string(i), "d", "s" + std::to_string(i)));
  const std::vector<data::Example> rows = {Row("a", "x", "r"), Row("b", "y", "r")};
  EXPECT_EQ(MakeTrivialSummaries(rows, pool, 1)[2].predictions, MakeTrivialSummaries(rows, pool, 1)[2].predictions);
}

}  // namespace
}  // namespace plumbline::run
