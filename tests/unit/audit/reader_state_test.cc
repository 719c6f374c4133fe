// Entries of a log that come in pieces: which of them are one point, and that a long log stays linear.
#include "harness/audit/reader_state.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace plumbline::audit {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void Add(const Pairs& values, Evidence& run) {
  Literal entry;
  entry.kind = Literal::Kind::kMap;
  for (const auto& [name, text] : values) {
    Literal value;
    value.kind = Literal::Kind::kNumber;
    value.text = text;
    entry.members.emplace_back(name, value);
  }
  ASSERT_TRUE(AddEntry(entry, "log", "", run));
}

TEST(ReaderState, PiecesOfOneEpochAreOnePoint) {
  Evidence run;
  Add({{"loss", "1.5"}, {"epoch", "0.1"}}, run);
  Add({{"grad_norm", "2.0"}, {"epoch", "0.1"}}, run);
  ASSERT_EQ(run.log.size(), 1u);
  EXPECT_NE(run.log[0].Find("grad_norm"), nullptr);
}

TEST(ReaderState, TwoStepsOfOnePrintedEpochAreTwoPoints) {
  Evidence run;
  Add({{"loss", "1.5"}, {"step", "10"}, {"epoch", "0.1"}}, run);
  Add({{"loss", "1.4"}, {"step", "11"}, {"epoch", "0.1"}}, run);
  EXPECT_EQ(run.log.size(), 2u);
}

TEST(ReaderState, AStepMayCompleteAPointThatHadOnlyItsEpoch) {
  Evidence run;
  Add({{"loss", "1.5"}, {"epoch", "0.1"}}, run);
  Add({{"grad_norm", "2.0"}, {"step", "10"}, {"epoch", "0.1"}}, run);
  Add({{"learning_rate", "1e-5"}, {"step", "10"}}, run);
  ASSERT_EQ(run.log.size(), 1u);
  EXPECT_EQ(run.log[0].values.size(), 5u);
}

TEST(ReaderState, AReorderedListIsFoundAgain) {
  Evidence run;
  Add({{"loss", "1.5"}, {"epoch", "0.2"}}, run);
  Add({{"loss", "1.6"}, {"epoch", "0.1"}}, run);
  std::swap(run.log[0], run.log[1]);
  Add({{"grad_norm", "2.0"}, {"epoch", "0.1"}}, run);
  ASSERT_EQ(run.log.size(), 2u);
  EXPECT_NE(run.log[0].Find("grad_norm"), nullptr);
  EXPECT_EQ(run.log[1].Find("grad_norm"), nullptr);
}

}  // namespace
}  // namespace plumbline::audit
