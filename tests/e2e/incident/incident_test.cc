// The headline incident: gradient_accumulation_steps raised from 1 to 4 behind the suite's back, by every way there
// is, and by a loop that lies about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/check/terminal.h"
#include "harness/ledger/ledger.h"
#include "tests/e2e/incident/miniature.h"
#include "tests/testing/lines.h"

namespace plumbline::testing {
namespace {

using check::Comparison;
using check::Verdict;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kKey[] = "training.gradient_accumulation_steps";

class Incident : public ::testing::Test {
 protected:
  // Sixteen rows in batches of two: eight optimizer steps as meant, two under an accumulation of four.
  void SetUp() override { mini_.Accept(); }

  // Exit 5 before a step, and all that a person needs in the first five lines.
  void ExpectDrift(const suite::Suite& suite, const std::string& origin) {
    const Comparison comparison = mini_.Check(suite);
    EXPECT_EQ(comparison.exit_status(), 5) << check::TerminalText(comparison);
    EXPECT_FALSE(std::filesystem::exists(mini_.last() / "run")) << "a step was run";
    const std::string first = FirstLines(check::TerminalText(comparison), 5);
    EXPECT_THAT(first, AllOf(HasSubstr(kKey), HasSubstr(origin), HasSubstr("1"), HasSubstr("4"), HasSubstr("8 -> 2")));
    EXPECT_THAT(ReadFile(mini_.last() / "junit.xml"), HasSubstr(kKey));
  }

  ledger::Ledger LedgerOf(const std::filesystem::path& run) {
    return ledger::LedgerFromJson(ReadJsonFile(run / "ledger.json"));
  }

  Miniature mini_;
};

TEST_F(Incident, AnUnchangedSuitePasses) {
  const Comparison comparison = mini_.Check(mini_.Suite());
  EXPECT_EQ(comparison.verdict, Verdict::kPass) << check::TerminalText(comparison);
  EXPECT_EQ(LedgerOf(mini_.last() / "run").observed.optimizer_steps, 8);
}

TEST_F(Incident, ThePresetRaisesIt) {
  mini_.WritePreset("gradient_accumulation_steps: 4");
  ExpectDrift(mini_.Suite(), "mini.yaml:6:32");
}

TEST_F(Incident, AnIncludedFileRaisesIt) {
  mini_.WriteFile("shared.yaml", "training:\n  gradient_accumulation_steps: 4\n");
  mini_.WriteSuite("include: [shared.yaml]\n");
  ExpectDrift(mini_.Suite(), "shared.yaml:2:32");
}

TEST_F(Incident, TheSuiteFileRaisesIt) {
  mini_.WriteSuite("training:\n  gradient_accumulation_steps: 4\n");
  ExpectDrift(mini_.Suite(), "mini.suite.yaml:12:32");
}

TEST_F(Incident, AnEnvironmentVariableRaisesIt) {
  constexpr char kVariable[] = "PLUMBLINE_SET__TRAINING__GRADIENT_ACCUMULATION_STEPS";
  ::setenv(kVariable, "4", 1);
  ExpectDrift(mini_.Suite(), kVariable);
  ::unsetenv(kVariable);
}

TEST_F(Incident, ResumingACheckpointBringsIt) {
  ASSERT_EQ(mini_.Run({"run", (mini_.path() / "mini.suite.yaml").string(), "--set",
                       std::string(kKey) + "=4", "--out", (mini_.path() / "four").string()}),
            0);
  suite::Suite resumed = mini_.Suite();
  resumed.resume = mini_.path() / "four/checkpoint-2";
  ASSERT_TRUE(std::filesystem::exists(resumed.resume));
  ExpectDrift(resumed, "checkpoint-2");
}

TEST_F(Incident, ASuiteThatPinsOnePassesAndListsTheShadowedFour) {
  mini_.WriteSuite("training:\n  gradient_accumulation_steps: 1\n");
  mini_.Accept();
  mini_.WritePreset("gradient_accumulation_steps: 4");
  const Comparison comparison = mini_.Check(mini_.Suite());
  EXPECT_EQ(comparison.verdict, Verdict::kPass) << check::TerminalText(comparison);
  EXPECT_THAT(comparison.shadows, Contains(AllOf(HasSubstr(kKey), HasSubstr("4"), HasSubstr("mini.yaml:6:32"))));
  EXPECT_EQ(LedgerOf(mini_.last() / "run").observed.micro_batches_per_step_max, 1);
}

TEST_F(Incident, ACommandLineThatSaysOneBeatsAPresetsFour) {
  mini_.WritePreset("gradient_accumulation_steps: 4");
  const std::filesystem::path out = mini_.path() / "one";
  ASSERT_EQ(mini_.Run({"run", "--gradient_accumulation_steps", "1", (mini_.path() / "mini.suite.yaml").string(),
                       "--out", out.string()}),
            0);
  const ledger::Ledger ledger = LedgerOf(out);
  EXPECT_EQ(ledger.declared.gradient_accumulation_steps, 1);
  EXPECT_EQ(ledger.observed.micro_batches_per_step_max, 1);
  EXPECT_EQ(ledger.observed.optimizer_steps, 8);
}

TEST_F(Incident, ALoopThatReallyAccumulatesFourIsARegressionWithABaseline) {
  suite::Suite planted = mini_.Suite();
  planted.engine = Runfile("tests/e2e/incident/planted_engine");
  const Comparison comparison = mini_.Check(planted);
  EXPECT_EQ(comparison.exit_status(), 1);
  EXPECT_EQ(check::ToText(comparison.verdict), "REGRESSION");
  EXPECT_THAT(check::TerminalText(comparison), HasSubstr("declared != observed"));
  EXPECT_EQ(LedgerOf(mini_.last() / "run").observed.micro_batches_per_step_max, 4);
}

TEST_F(Incident, ALoopThatReallyAccumulatesFourIsARegressionWithoutABaseline) {
  suite::Suite planted = mini_.Suite();
  planted.engine = Runfile("tests/e2e/incident/planted_engine");
  planted.baselines = mini_.path() / "none";
  const Comparison comparison = mini_.Check(planted);
  EXPECT_EQ(comparison.exit_status(), 1);
  EXPECT_EQ(check::ToText(comparison.verdict), "REGRESSION");
  EXPECT_THAT(check::TerminalText(comparison), HasSubstr("declared != observed"));
}

TEST_F(Incident, WithoutABaselineTheVerdictSaysSoAndHowToRecordOne) {
  suite::Suite fresh = mini_.Suite();
  fresh.baselines = mini_.path() / "none";
  const Comparison comparison = mini_.Check(fresh);
  EXPECT_EQ(comparison.verdict, Verdict::kNoBaseline);
  EXPECT_EQ(comparison.exit_status(), 3);
  EXPECT_THAT(check::TerminalText(comparison), HasSubstr("bazel run //suites:mini.accept -- --reason"));
}

// Every file is there and equal, and still the program died: nothing here can be trusted.
TEST_F(Incident, AnEngineThatDiesAfterItsLastFileIsInvalid) {
  mini_.WriteFile("dying", "#!/bin/sh\n" + mini_.Suite().engine.string() + " \"$@\"\nkill -SEGV $$\n");
  suite::Suite dying = mini_.Suite();
  dying.engine = mini_.path() / "dying";
  std::filesystem::permissions(dying.engine, std::filesystem::perms::owner_all);
  const Comparison comparison = mini_.Check(dying);
  EXPECT_EQ(comparison.verdict, Verdict::kInvalid);
  EXPECT_EQ(comparison.exit_status(), 3);
  const std::string reason = "the engine ended with status 139";
  EXPECT_THAT(FirstLines(check::TerminalText(comparison), 2), AllOf(HasSubstr("INVALID"), HasSubstr(reason)));
  EXPECT_THAT(ReadFile(mini_.last() / "junit.xml"), HasSubstr(reason));
  EXPECT_THAT(ReadFile(mini_.last() / "outputs/report/report.md"), HasSubstr(reason));
}

// A schedule that never leaves its warm-up breaks no promise to a baseline: the run's own audit says it, in the suite's
// text, in JUnit and in the report, and the verdict stays what it was.
TEST(SuiteAudit, AWarmUpLongerThanTheRunIsShownWithoutBeingAskedFor) {
  Miniature mini;
  const auto rules = [](const Comparison& comparison) {
    std::vector<std::string> names;
    for (const check::AuditFinding* finding : check::Alarms(comparison.audit)) names.push_back(finding->rule);
    return names;
  };
  const std::string rule = "opt-lr-never-decays";
  mini.WriteSuite("training:\n  logging_steps: 1\n");
  const Comparison clean = mini.Check(mini.Suite());
  ASSERT_TRUE(clean.audit.made) << clean.audit.problem;
  EXPECT_THAT(rules(clean), ::testing::Not(Contains(rule)));
  EXPECT_TRUE(std::filesystem::exists(mini.last() / "outputs/run/audit.json"));
  EXPECT_TRUE(std::filesystem::exists(mini.last() / "outputs/run/encoded.jsonl"));
  mini.WriteSuite("training:\n  logging_steps: 1\n  warmup_steps: 500\n");
  const Comparison planted = mini.Check(mini.Suite());
  EXPECT_EQ(planted.verdict, clean.verdict);
  EXPECT_THAT(rules(planted), Contains(rule));
  EXPECT_THAT(check::TerminalText(planted), HasSubstr("AUDIT  B "));
  EXPECT_THAT(ReadFile(mini.last() / "junit.xml"), HasSubstr("name=\"" + rule + "\""));
  EXPECT_THAT(ReadFile(mini.last() / "outputs/report/report.html"), HasSubstr(rule));
  EXPECT_THAT(ReadFile(mini.last() / "outputs/report/report.md"), HasSubstr(rule));
}

}  // namespace
}  // namespace plumbline::testing
