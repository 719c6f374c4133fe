// Sections that say what was judged: verdict, cause, inventory, work, settings, comparability,
// notes. Each fires, and each says why it is silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reports/report_fixture.h"

namespace plumbline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunRecord WorseRun() {
  RunRecord run = ReportedRun();
  check::At(run, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  check::At(run, "data.digest.train", MetricClass::kD0).values = {std::string("cd")};
  return run;
}

TEST(VerdictSection, PassSaysThatNothingHasToBeDone) {
  const std::string words = WordsOf(VerdictSection(PassingFacts()));
  EXPECT_THAT(words, HasSubstr("\xE2\x9C\x93 PASS\n8 metrics that gate are as accepted"));
  EXPECT_THAT(words, HasSubstr("Next: nothing to do."));
  EXPECT_THAT(words, Not(HasSubstr("$ ")));
}

TEST(VerdictSection, SlowTimingsAreSaidToNeverGate) {
  RunRecord slow = ReportedRun();
  check::At(slow, "speed.train.samples_per_s", MetricClass::kN1).values = {1.0, 1.0, 1.0};
  const std::string words = WordsOf(VerdictSection(JudgedFacts(slow, ReportedRun())));
  EXPECT_THAT(words, HasSubstr("PASS"));
  EXPECT_THAT(words, HasSubstr("Metrics that gate: 8 same."));
  EXPECT_THAT(words, HasSubstr("3 advisory timings (never gate): 1 worse, 2 same"));
}

TEST(VerdictSection, RegressionHasItsMarkCauseAndNextCommand) {
  const std::string words = WordsOf(VerdictSection(JudgedFacts(WorseRun(), ReportedRun())));
  EXPECT_THAT(words, HasSubstr("\xE2\x96\xBC REGRESSION\neval.rouge1.f1 fell 0.5 to 0.25"));
  EXPECT_THAT(words, HasSubstr("Exit status 1."));
  EXPECT_THAT(words, HasSubstr("Next\n$ bazel run //suites:s.accept"));
}

TEST(VerdictSection, WithoutBaselineNothingWasJudged) {
  const std::string words = WordsOf(VerdictSection(UnjudgedFacts()));
  EXPECT_THAT(words, HasSubstr("\xE2\x97\x8B NO_BASELINE"));
  EXPECT_THAT(words, HasSubstr("11 metrics were measured; none was judged."));
  EXPECT_THAT(words, HasSubstr("Exit status 3."));
}

TEST(VerdictSection, BeforeTheFirstStepNothingWasTrained) {
  EXPECT_THAT(WordsOf(VerdictSection(EmptyFacts())),
              HasSubstr("Judged before the first step: nothing was trained."));
}

TEST(CauseSection, NamesTheSettingAndItsChain) {
  const std::string words = WordsOf(CauseSection(JudgedFacts(DriftedRun(), ReportedRun())));
  EXPECT_THAT(words, HasSubstr("suites/s.yaml:14:3 (suite) raised "
                               "training.gradient_accumulation_steps from 1 to 4"));
  EXPECT_THAT(words, HasSubstr("candidate | 4 | suite | suites/s.yaml:14:3 | in force\n"
                               "candidate | 2 | preset | m.yaml:7:3 | shadowed\n"
                               "baseline | 1 | default |"));
}

TEST(CauseSection, BrokenIdentityNeedsNoSecondRun) {
  const std::string words = WordsOf(CauseSection(JudgedFacts(LyingRun(), ReportedRun())));
  EXPECT_THAT(words, HasSubstr("1 | because | declared != observed: "));
  EXPECT_THAT(words, HasSubstr("no second run is needed"));
}

TEST(CauseSection, SilentWhereNothingMovedOrNothingWasCompared) {
  EXPECT_EQ(WordsOf(CauseSection(PassingFacts())),
            "Cause and proof\nNothing to explain: no gating metric moved and no setting drifted.\n");
  EXPECT_EQ(WordsOf(CauseSection(UnjudgedFacts())),
            "Cause and proof\nNo baseline: nothing was compared, so there is nothing to explain.\n");
}

TEST(InventorySection, CountsWhatDiffersPlaneByPlane) {
  const std::string words = WordsOf(InventorySection(JudgedFacts(DriftedRun(), ReportedRun())));
  EXPECT_THAT(words, HasSubstr("config | \xE2\x97\x86 differs (1) | "
                               "training.gradient_accumulation_steps"));
  EXPECT_THAT(words, HasSubstr("code | \xE2\x80\x93 same"));
}

TEST(InventorySection, WithoutBaselineItClaimsNothing) {
  const std::string words = WordsOf(InventorySection(UnjudgedFacts()));
  EXPECT_THAT(words, HasSubstr("No baseline"));
  EXPECT_THAT(words, Not(HasSubstr("same")));
  EXPECT_THAT(WordsOf(InventorySection(EmptyFacts())), HasSubstr("could not be read"));
}

TEST(WorkSection, DeclaredAgainstCountedComesFirst) {
  const std::string words = WordsOf(WorkSection(JudgedFacts(LyingRun(), ReportedRun())));
  EXPECT_THAT(words, HasSubstr("optimizer_steps | 10 | 4 | 10 | \xE2\x97\x86 declared != counted"));
  EXPECT_THAT(words, HasSubstr("\xC3\x97 BREAKS"));
}

TEST(WorkSection, HonestWorkHoldsAndMissingWorkIsSaid) {
  const std::string words = WordsOf(WorkSection(PassingFacts()));
  EXPECT_THAT(words, HasSubstr("optimizer_steps | 10 | 10 | 10 | \xE2\x80\x93 same"));
  EXPECT_THAT(words, Not(HasSubstr("BREAKS")));
  EXPECT_THAT(WordsOf(WorkSection(EmptyFacts())), HasSubstr("stopped before its first step"));
}

TEST(ConfigSection, ShowsBothValuesAndWhatLostInThisRun) {
  const std::string words = WordsOf(ConfigSection(JudgedFacts(DriftedRun(), ReportedRun())));
  EXPECT_THAT(words, HasSubstr("training.gradient_accumulation_steps | 1 | 4 | "));
  EXPECT_THAT(words, HasSubstr("changes what is computed"));
  EXPECT_THAT(words, HasSubstr("Settings of this run that lost to a higher layer\n"));
}

TEST(ConfigSection, EqualValuesAreSaidAndAnotherOriginIsANote) {
  EXPECT_EQ(WordsOf(ConfigSection(PassingFacts())),
            "Settings\nNo setting has another value than in the baseline.\n");
  RunRecord pinned = ReportedRun();
  auto entries = check::SmallConfig();
  entries["training.gradient_accumulation_steps"] =
      check::Setting(1, config::Layer::kSuite, "suites/s.yaml", 9);
  pinned.config = config::Resolved(entries);
  const std::string words = WordsOf(ConfigSection(JudgedFacts(pinned, ReportedRun())));
  EXPECT_THAT(words, HasSubstr("No setting has another value"));
  EXPECT_THAT(words, HasSubstr("Same value, other origin (notes)\n"));
  EXPECT_THAT(WordsOf(ConfigSection(UnjudgedFacts())), HasSubstr("No baseline to compare"));
}

TEST(ComparabilitySection, NamesTheFieldsOfAnotherMachine) {
  RunRecord elsewhere = ReportedRun();
  elsewhere.environment.machine["cpu.isa"] = "avx";
  const std::string words =
      WordsOf(ComparabilitySection(JudgedFacts(elsewhere, ReportedRun())));
  EXPECT_THAT(words, HasSubstr("left the verdict alone"));
  EXPECT_THAT(words, HasSubstr("cpu.isa | avx,avx2 | avx"));
  EXPECT_THAT(WordsOf(ComparabilitySection(PassingFacts())),
              HasSubstr("Every stored row could be compared on this machine."));
  EXPECT_THAT(WordsOf(ComparabilitySection(UnjudgedFacts())), HasSubstr("No baseline"));
  EXPECT_THAT(WordsOf(ComparabilitySection(EmptyFacts())), HasSubstr("Nothing was measured"));
}

TEST(NotesSection, NamesProblemsAndFilesThatCouldNotBeRead) {
  Facts facts = PassingFacts();
  facts.comparison.problems = {"the run is failed"};
  facts.candidate->unreadable = {"ledger.json"};
  const std::string words = WordsOf(NotesSection(facts));
  EXPECT_THAT(words, HasSubstr("Problem: the run is failed"));
  EXPECT_THAT(words, HasSubstr("The candidate run's ledger.json could not be read"));
  EXPECT_EQ(WordsOf(NotesSection(PassingFacts())), "Notes\nNo notes.\n");
}

}  // namespace
}  // namespace plumbline::report
