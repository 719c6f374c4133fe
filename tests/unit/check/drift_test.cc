// CONFIG_DRIFT before the first step: what it finds, and what its first five lines say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/check/terminal.h"
#include "harness/ledger/plan_config.h"
#include "tests/testing/lines.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Drift : public ::testing::Test {
 protected:
  Drift() {
    RunRecord run = HonestRun();
    AcceptRuns({WriteRun(run, directory_ / "a"), WriteRun(run, directory_ / "b")}, directory_ / "s",
               {"first", "test", {}});
  }
  Comparison Check(const std::map<std::string, config::Entry>& entries) const {
    return CheckConfigDrift(config::Resolved(entries), std::nullopt, directory_ / "s", "s");
  }

  testing::TemporaryDirectory directory_;
};

std::map<std::string, config::Entry> With(const std::string& key, config::Entry entry) {
  auto entries = SmallConfig();
  entries[key] = std::move(entry);
  return entries;
}

config::Entry Accumulation(const config::Origin& origin) {
  config::Entry entry;
  entry.value = 4;
  entry.origin = origin;
  entry.shadowed = {{1, config::Origin{}}};
  return entry;
}

TEST_F(Drift, SameConfigurationPassesBeforeTheFirstStep) {
  const Comparison comparison = Check(SmallConfig());
  EXPECT_EQ(comparison.verdict, Verdict::kPass);
  EXPECT_FALSE(comparison.trained);
}

TEST_F(Drift, ChangedChainWithEqualValueIsANoteAndPasses) {
  const Comparison comparison = Check(With("training.gradient_accumulation_steps",
                                           Setting(1, config::Layer::kSuite, "suites/s.yaml", 9)));
  EXPECT_EQ(comparison.verdict, Verdict::kPass);
  EXPECT_EQ(comparison.notes.size(), 1u);
}

TEST_F(Drift, WithoutABaselineTheRunItselfIsLeftToSaySo) {
  const Comparison comparison = CheckConfigDrift(config::Resolved(SmallConfig()), std::nullopt,
                                                 directory_ / "absent", "absent");
  EXPECT_EQ(comparison.verdict, Verdict::kPass);
}

TEST_F(Drift, ABaselineThatCannotBeReadStopsBeforeTraining) {
  WriteFileAtomic(directory_ / "s" / "exact.txt", "no baseline\n");
  const Comparison comparison = Check(SmallConfig());
  EXPECT_EQ(comparison.verdict, Verdict::kInvalid);
  EXPECT_FALSE(comparison.trained);
  EXPECT_THAT(comparison.headline, HasSubstr("exact.txt"));
}

// The incident from each layer: 10 rows, batch 2, 2 epochs: 10 optimizer steps; accumulating 4
// leaves 4.
TEST_F(Drift, FirstFiveLinesNameKeyOriginValuesAndPlannedSteps) {
  using config::Layer;
  config::Origin preset;
  preset.layer = Layer::kPreset;
  preset.file = "models/kobart-tiny.yaml";
  preset.line = 14;
  preset.column = 33;
  config::Origin include = preset;
  include.layer = Layer::kInclude;
  include.file = "suites/common.yaml";
  config::Origin suite = preset;
  suite.layer = Layer::kSuite;
  suite.file = "suites/s.yaml";
  config::Origin variable;
  variable.layer = Layer::kEnvironment;
  variable.variable = "PLUMBLINE_SET__TRAINING__GRADIENT_ACCUMULATION_STEPS";
  config::Origin checkpoint = preset;
  checkpoint.layer = Layer::kCheckpoint;
  checkpoint.file = "checkpoint-5/resolved_config.json";
  for (const config::Origin& origin : {preset, include, suite, variable, checkpoint}) {
    const Comparison comparison =
        Check(With("training.gradient_accumulation_steps", Accumulation(origin)));
    EXPECT_EQ(comparison.exit_status(), 5);
    const std::string text = TerminalText(comparison);
    EXPECT_THAT(
        testing::FirstLines(text, 5),
        AllOf(HasSubstr("CONFIG_DRIFT (exit 5)  nothing was trained"),
              HasSubstr("training.gradient_accumulation_steps is 4, the baseline has 1"),
              HasSubstr("4  " + config::PlaceOf(origin)), HasSubstr("1  default  in the baseline"),
              HasSubstr("planned optimizer steps 10 -> 4")));
    EXPECT_THAT(text, HasSubstr("bazel run //suites:s.accept -- --reason \"...\"\n"));
  }
}

TEST_F(Drift, PlanOfTheRunWinsOverTheStoredRowCount) {
  ledger::Declared planned;
  planned.optimizer_steps = 77;
  const Comparison comparison =
      CheckConfigDrift(config::Resolved(With("training.seed", Setting(7, config::Layer::kSuite))),
                       planned, directory_ / "s", "s");
  EXPECT_EQ(comparison.planned_steps_candidate, 77);
}

TEST_F(Drift, SettingThatChangesThePlanIsNamedFirst) {
  auto entries = With("training.seed", Setting(7, config::Layer::kSuite, "suites/s.yaml", 8));
  entries["training.learning_rate"] = Setting(2e-3, config::Layer::kSuite, "suites/s.yaml", 9);
  entries["training.num_train_epochs"] = Setting(1, config::Layer::kSuite, "suites/s.yaml", 7);
  const Comparison comparison = Check(entries);
  ASSERT_EQ(comparison.causes.size(), 3u);
  EXPECT_EQ(comparison.causes[0].id, "training.num_train_epochs");
  const std::string text = TerminalText(comparison);
  EXPECT_THAT(text, HasSubstr("ALSO   suites/s.yaml:9:3 (suite) raised training.learning_rate"));
  EXPECT_THAT(text, HasSubstr("suites/s.yaml:8:3 (suite) lowered training.seed from 42 to 7"));
}

TEST_F(Drift, FewerRowsChangeThePlanToo) {
  const Comparison comparison =
      Check(With("data.max_train_samples", Setting(4, config::Layer::kCommandLine)));
  EXPECT_EQ(comparison.verdict, Verdict::kConfigDrift);
  EXPECT_EQ(comparison.planned_steps_candidate, 4);  // 2 micro-batches, 2 epochs
}

TEST_F(Drift, BrokenBaselineIsInvalid) {
  WriteFileAtomic(directory_ / "s/exact.txt", "nonsense\n");
  EXPECT_EQ(Check(SmallConfig()).verdict, Verdict::kInvalid);
}

TEST(InputsFromConfig, TakesValuesInForceAndSkipsInactiveOnes) {
  auto entries = SmallConfig();
  entries["training.max_steps"] = Setting(5, config::Layer::kSuite);
  EXPECT_EQ(ledger::InputsFromConfig(config::Resolved(entries), 10).max_steps, 5);
  entries["training.max_steps"].active = false;
  const ledger::PlanInputs inputs = ledger::InputsFromConfig(config::Resolved(entries), 10);
  EXPECT_EQ(inputs.max_steps, ledger::kUnknown);
  EXPECT_EQ(inputs.per_device_train_batch_size, 2);
  EXPECT_EQ(inputs.warmup_steps, 2);
  EXPECT_EQ(inputs.learning_rate, 1e-3);
  EXPECT_EQ(inputs.train_rows, 10);
}

}  // namespace
}  // namespace plumbline::check
