// Counts that died with a process: what the judge does without them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/check/check.h"
#include "harness/check/junit.h"
#include "harness/check/tally.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;

// A resumed run that lost a process lacks sums nobody can make good: they say nothing of the program.
TEST(Judge, CountsThatDiedWithAProcessAreShownAndNotJudged) {
  RunRecord whole = HonestRun();
  for (const char* name : {"memory.allocated_bytes", "operators.aten::mm", "work.flops"}) {
    whole.set.observations.push_back(Metric(name, MetricClass::kD0, {int64_t{1}}));
  }
  RunRecord cut = HonestRun();
  EXPECT_EQ(Judge(cut, Stored(whole), {}).verdict, Verdict::kRegression);
  cut.ledger.observed.uncounted_steps = 2;
  const Comparison comparison = Judge(cut, Stored(whole), {});
  EXPECT_EQ(comparison.verdict, Verdict::kPass) << comparison.headline;
  EXPECT_EQ(UnjudgedCounts(comparison), "3 not counted whole, not judged");
  EXPECT_EQ(RowOf(comparison, "work.flops", MetricClass::kD0).decision.reason,
            "not counted in 2 steps of a process that was lost");
  EXPECT_THAT(JunitXml(comparison), HasSubstr("failures=\"0\" errors=\"0\" skipped=\"3\""));
  EXPECT_EQ(Judge(cut, Stored(whole), {true, ""}).verdict, Verdict::kRegression);
  std::erase_if(cut.set.observations, [](const Observation& row) { return row.name == "work.optimizer_steps"; });
  EXPECT_EQ(Judge(cut, Stored(whole), {}).verdict, Verdict::kRegression);  // every process knows these
}

}  // namespace
}  // namespace plumbline::check
