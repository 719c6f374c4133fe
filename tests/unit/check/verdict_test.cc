#include "harness/check/verdict.h"

#include <gtest/gtest.h>

namespace plumbline::check {
namespace {

// DESIGN section 3, one line a verdict: name, exit status, rank (equal rank: any order).
struct Line {
  Verdict verdict;
  const char* name;
  int exit_status;
  int rank;
  const char* junit;
};

constexpr Line kDesign[] = {
    {Verdict::kInvalid, "INVALID", 3, 0, "error"},
    {Verdict::kConfigDrift, "CONFIG_DRIFT", 5, 1, "failure"},
    {Verdict::kBrokenLedger, "REGRESSION", 1, 2, "failure"},
    {Verdict::kNoBaseline, "NO_BASELINE", 3, 3, "skipped"},
    {Verdict::kNotComparable, "NOT_COMPARABLE", 3, 3, "skipped"},
    {Verdict::kInsufficient, "INSUFFICIENT", 3, 3, "skipped"},
    {Verdict::kRegression, "REGRESSION", 1, 4, "failure"},
    {Verdict::kUnexplainedChange, "UNEXPLAINED_CHANGE", 1, 5, "failure"},
    {Verdict::kGateBlind, "GATE_BLIND", 6, 6, "error"},
    {Verdict::kPass, "PASS", 0, 7, ""},
};

TEST(Verdict, NamesExitStatusesAndJunitElementsAreThoseOfDesign) {
  EXPECT_EQ(std::size(kDesign), kVerdicts.size());
  for (const Line& line : kDesign) {
    EXPECT_EQ(ToText(line.verdict), line.name);
    EXPECT_EQ(ExitStatusOf(line.verdict), line.exit_status) << line.name;
    EXPECT_EQ(JunitElementOf(line.verdict), line.junit) << line.name;
  }
}

TEST(Verdict, PrecedenceHoldsForEveryPairInBothOrders) {
  for (const Line& a : kDesign) {
    for (const Line& b : kDesign) {
      const Verdict worse = Worse(a.verdict, b.verdict);
      EXPECT_EQ(worse, Worse(b.verdict, a.verdict));
      EXPECT_TRUE(worse == a.verdict || worse == b.verdict);
      if (a.rank < b.rank) {
        EXPECT_EQ(worse, a.verdict) << a.name << " against " << b.name;
      }
    }
  }
}

TEST(Verdict, OnlyPassLeavesZero) {
  for (const Verdict verdict : kVerdicts) {
    EXPECT_EQ(ExitStatusOf(verdict) == 0, verdict == Verdict::kPass) << ToText(verdict);
  }
}

}  // namespace
}  // namespace plumbline::check
