#include "harness/check/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/columns.h"
#include "harness/check/attribution.h"
#include "harness/check/tally.h"
#include "tests/testing/lines.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::LinesOf;

// A run in which everything that can be shown is wrong at once.
RunRecord AllWrong() {
  RunRecord run = HonestRun();
  for (int i = 0; i < 30; ++i) {
    run.set.observations.push_back(
        Metric("eval.a_long_name_of_a_metric_that_runs_over_" + std::to_string(i), MetricClass::kD0,
               {int64_t{i}}));
  }
  ledger::LoopOptions really;
  really.accumulation = 4;
  run.ledger.observed = ledger::RunLoop(really, run.ledger.declared.schedule);
  auto entries = SmallConfig();
  for (const char* key :
       {"training.a", "training.b", "training.c", "training.d", "training.e", "training.f"}) {
    entries[key] = Setting(
        "사람이 쓴 아주 긴 값 사람이 쓴 아주 긴 값 사람이 쓴 아주 긴 값", config::Layer::kSuite,
        "suites/a/very/long/path/to/the/file/that/does/not/fit/into/eighty/columns.yaml", 123);
  }
  run.config = config::Resolved(entries);
  run.environment.code["binary"] = std::string(64, 'f');
  return run;
}

void ExpectFits(const Comparison& comparison) {
  const std::vector<std::string> lines = LinesOf(TerminalText(comparison));
  EXPECT_LE(lines.size(), static_cast<size_t>(kTerminalLines));
  for (const std::string& line : lines) EXPECT_LE(DisplayWidth(line), kTerminalColumns) << line;
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.front(), HasSubstr(ToText(comparison.verdict)));
}

TEST(TerminalText, FitsTheScreenWhateverIsWrong) {
  const RunRecord run = AllWrong();
  RunRecord stored = AllWrong();
  for (Observation& row : stored.set.observations) row.values = {int64_t{999}};
  for (const bool strict : {false, true}) {
    ExpectFits(JudgeAgainstHonest(run, {strict, "base"}));
    ExpectFits(Judge(run, BaselineSet{}, {strict, "base"}));
    ExpectFits(Judge(run, Stored(stored), {strict, "base"}));
  }
  RunRecord invalid = run;
  for (Observation& row : invalid.set.observations) row.values.clear();
  ExpectFits(JudgeAgainstHonest(invalid));
}

TEST(TerminalText, PassIsShort) {
  const std::string text = TerminalText(JudgeAgainstHonest(HonestRun(), {false, "s"}));
  EXPECT_EQ(text,
            "PASS //suites:s (exit 0)  baseline -> run\n"
            "6 metrics that gate are as accepted; 1 advisory timing (never gate): 1 same\n"
            "SAME   config, code, data, environment, binary\n");
}

// Slow timings beside a PASS are named as what they are; nobody reads them as accepted.
TEST(TerminalText, AdvisoryTimingsAreCountedApartFromWhatGates) {
  RunRecord slow = HonestRun();
  At(slow, "train.tokens_per_s", MetricClass::kN1).values = {1.0, 1.1, 1.2};
  const Comparison comparison = JudgeAgainstHonest(slow, {false, "s"});
  EXPECT_EQ(comparison.verdict, Verdict::kPass);
  EXPECT_EQ(comparison.headline,
            "6 metrics that gate are as accepted; 1 advisory timing (never gate): 1 worse");
  EXPECT_EQ(GatingCounts(comparison), "6 same");
  EXPECT_EQ(UnjudgedCounts(comparison), "");
}

TEST(TerminalText, AnotherMachineHasNothingToDoAndMayStoreItsOwn) {
  RunRecord elsewhere = HonestRun();
  elsewhere.environment.machine["cpu.isa"] = "avx";
  const std::vector<std::string> lines =
      LinesOf(TerminalText(JudgeAgainstHonest(elsewhere, {false, "s"})));
  EXPECT_EQ(lines[1],
            "4 metrics that gate are as accepted; 3 stored for another machine, not judged");
  EXPECT_EQ(lines[lines.size() - 2],
            "       Nothing has to be done. To store the values of this machine too:");
  EXPECT_EQ(lines.back(), "       bazel run //suites:s.accept -- --reason \"...\"");
}

TEST(TerminalText, RegressionSaysWhatWhyAndWhatToType) {
  RunRecord run = HonestRun();
  At(run, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  At(run, "data.digest.train", MetricClass::kD0).values = {std::string("cd")};
  const std::vector<std::string> lines = LinesOf(TerminalText(JudgeAgainstHonest(run, {false, "s"})));
  EXPECT_EQ(lines[0], "FAIL //suites:s  REGRESSION (exit 1)  baseline -> run");
  EXPECT_THAT(lines[1],
              StartsWith("eval.rouge1.f1 fell 0.5 to 0.25 probably because the data differs"));
  EXPECT_THAT(lines, ::testing::Contains("  eval.rouge1.f1                 D1 worse          "
                                         "0.5000 -> 0.2500"));
  EXPECT_THAT(lines, ::testing::Contains("ROWS   4 same, 1 worse, 1 changed; 1 advisory timing "
                                         "(never gate): 1 same"));
  EXPECT_EQ(lines.back(), "NEXT   bazel run //suites:s.accept -- --reason \"...\"");
}

TEST(TerminalText, RefusalOfABrokenLoopDoesNotOfferToAcceptIt) {
  RunRecord run = HonestRun();
  ledger::LoopOptions really;
  really.accumulation = 4;
  run.ledger.observed = ledger::RunLoop(really, run.ledger.declared.schedule);
  const std::string text = TerminalText(JudgeAgainstHonest(run, {false, "s"}));
  EXPECT_THAT(text, HasSubstr("declared != observed"));
  EXPECT_THAT(text, HasSubstr("  optimizer_steps                    10           4"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr(".accept")));
}

// An error is of use only whole: words longer than a line are broken, not cut.
TEST(TerminalText, WhatIsInvalidIsSaidOnceAndToItsEnd) {
  Comparison invalid;
  invalid.suite = "s";
  invalid.trained = false;
  invalid.problems = {"reading the baseline " + std::string(200, 'p') +
                      "/exact.txt:998: found rows edited by hand, wanted what accept wrote; try "
                      "restoring the file from version control"};
  Explain(invalid);
  const std::vector<std::string> lines = LinesOf(TerminalText(invalid));
  EXPECT_EQ(lines.front(), "STOP //suites:s  INVALID (exit 3)  nothing was trained");
  EXPECT_EQ(lines.back(), "NEXT   bazel test //suites:s");
  std::string letters;
  for (size_t i = 1; i + 1 < lines.size(); ++i) letters += lines[i];
  std::erase(letters, ' ');
  std::string wanted = invalid.problems.front();
  std::erase(wanted, ' ');
  EXPECT_EQ(letters, wanted);
  invalid.trained = true;  // and without sides that nobody read
  EXPECT_EQ(LinesOf(TerminalText(invalid)).front(), "FAIL //suites:s  INVALID (exit 3)");
}

TEST(TerminalText, SeveralProblemsAreListedBesideTheFirst) {
  Comparison invalid;
  invalid.problems = {"the first of them", "the second of them"};
  Explain(invalid);
  const std::string text = TerminalText(invalid);
  EXPECT_THAT(text, HasSubstr("CAUSE  the first of them\n       the second of them\n"));
}

}  // namespace
}  // namespace plumbline::check
