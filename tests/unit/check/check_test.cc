#include "harness/check/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "tests/testing/temporary_directory.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Verdict VerdictAfter(const std::function<void(RunRecord&)>& plant,
                     const CheckOptions& options = {}) {
  RunRecord run = HonestRun();
  plant(run);
  return JudgeAgainstHonest(run, options).verdict;
}

void SetConfig(RunRecord& run, const std::string& key, config::Entry entry) {
  std::map<std::string, config::Entry> entries = SmallConfig();
  entries[key] = std::move(entry);
  run.config = config::Resolved(std::move(entries));
}

void DropRow(RunRecord& run, const std::string& name) {
  std::erase_if(run.set.observations, [&](const Observation& row) { return row.name == name; });
}

TEST(Judge, RunAgainstItselfPasses) {
  const Comparison comparison = JudgeAgainstHonest(HonestRun());
  EXPECT_EQ(comparison.verdict, Verdict::kPass) << comparison.headline;
  EXPECT_THAT(comparison.causes, IsEmpty());
  for (const Cell& cell : comparison.inventory) {
    const bool measured = cell.plane != "tokenizer" && cell.plane != "checkpoint";
    EXPECT_EQ(cell.state, measured ? "same" : "unknown") << cell.plane;
  }
  EXPECT_EQ(JudgeAgainstHonest(HonestRun(), {true, ""}).verdict, Verdict::kPass);
}

TEST(Judge, MovedMetricsFollowTheirDirection) {
  EXPECT_EQ(
      VerdictAfter([](RunRecord& r) { At(r, "eval.rouge1.f1", MetricClass::kD1).values = {0.4}; }),
      Verdict::kRegression);
  EXPECT_EQ(
      VerdictAfter([](RunRecord& r) { At(r, "eval.rouge1.f1", MetricClass::kD1).values = {0.6}; }),
      Verdict::kUnexplainedChange);
  EXPECT_EQ(VerdictAfter([](RunRecord& r) {
              At(r, "eval.rouge1.f1", MetricClass::kD1).values = {std::nextafter(0.5, 1.0)};
            }),
            Verdict::kUnexplainedChange);
}

TEST(Judge, MissingMetricFails) {
  const auto drop = [](RunRecord& run) { DropRow(run, "eval.rouge1.f1"); };
  EXPECT_EQ(VerdictAfter(drop), Verdict::kRegression);
  RunRecord run = HonestRun();
  drop(run);
  const Comparison comparison = JudgeAgainstHonest(run);
  EXPECT_EQ(RowOf(comparison, "eval.rouge1.f1", MetricClass::kD1).decision.status,
            RowStatus::kMissing);
  EXPECT_THAT(comparison.headline, HasSubstr("eval.rouge1.f1 was not measured"));
}

TEST(Judge, NewMetricIsVisibleAndFailsWhenStrict) {
  const auto add = [](RunRecord& run) {
    run.set.observations.push_back(Metric("eval.new", MetricClass::kD0, {int64_t{1}}));
  };
  EXPECT_EQ(VerdictAfter(add), Verdict::kPass);
  EXPECT_EQ(VerdictAfter(add, {true, ""}), Verdict::kUnexplainedChange);
  RunRecord run = HonestRun();
  add(run);
  EXPECT_EQ(CountRows(JudgeAgainstHonest(run), RowStatus::kNew), 1);
}

TEST(Judge, MetricUnderAnotherClassIsMissingThere) {
  EXPECT_EQ(VerdictAfter([](RunRecord& r) {
              At(r, "work.optimizer_steps", MetricClass::kD0).metric_class = MetricClass::kN1;
            }),
            Verdict::kRegression);
}

TEST(Judge, AnotherUnitDirectionOrTypeIsAChange) {
  EXPECT_EQ(VerdictAfter([](RunRecord& r) { At(r, "train.loss", MetricClass::kD1).unit = "bits"; }),
            Verdict::kUnexplainedChange);
  EXPECT_EQ(VerdictAfter([](RunRecord& r) {
              At(r, "train.loss", MetricClass::kD1).direction = Direction::kHigher;
            }),
            Verdict::kUnexplainedChange);
  EXPECT_EQ(VerdictAfter([](RunRecord& r) {
              At(r, "work.optimizer_steps", MetricClass::kD0).values = {10.0};
            }),
            Verdict::kUnexplainedChange);
}

TEST(Judge, NotANumberIsInvalidOnEitherSideAndOnBoth) {
  const auto plant = [](RunRecord& run) {
    At(run, "train.loss", MetricClass::kD1).values[1] = kNan;
  };
  EXPECT_EQ(VerdictAfter(plant), Verdict::kInvalid);
  RunRecord broken = HonestRun();
  plant(broken);
  EXPECT_EQ(Judge(HonestRun(), Stored(broken), {}).verdict, Verdict::kInvalid);
  EXPECT_EQ(Judge(broken, Stored(broken), {}).verdict, Verdict::kInvalid);
}

TEST(Judge, ToleranceThatDisarmsIsInvalidOnEitherSide) {
  RunRecord broken = HonestRun();
  At(broken, "memory.peak_bytes", MetricClass::kC).quantum = kNan;
  EXPECT_EQ(JudgeAgainstHonest(broken).verdict, Verdict::kInvalid);
  EXPECT_EQ(Judge(HonestRun(), Stored(broken), {}).verdict, Verdict::kInvalid);
}

TEST(Judge, ZeroMetricsAreInvalidEvenAgainstZero) {
  RunRecord empty = HonestRun();
  empty.set.observations.clear();
  EXPECT_EQ(JudgeAgainstHonest(empty).verdict, Verdict::kInvalid);
  EXPECT_EQ(Judge(empty, Stored(empty), {}).verdict, Verdict::kInvalid);
}

TEST(Judge, RunThatOnlyTimedThingsComparedNothing) {
  RunRecord run = HonestRun();
  run.set.observations = {Metric("speed", MetricClass::kN1, {1.0, 1.0, 1.0})};
  EXPECT_EQ(Judge(run, Stored(run), {}).verdict, Verdict::kNotComparable);
}

TEST(Judge, RunsThatDidNotFinishOrHaveProblemsAreInvalid) {
  EXPECT_EQ(VerdictAfter([](RunRecord& r) { r.set.status = RunStatus::kFailed; }),
            Verdict::kInvalid);
  EXPECT_EQ(VerdictAfter([](RunRecord& r) { r.set.status = RunStatus::kInterrupted; }),
            Verdict::kInvalid);
  EXPECT_EQ(VerdictAfter([](RunRecord& r) { r.set.problems = {"the clock was throttled"}; }),
            Verdict::kInvalid);
  EXPECT_EQ(VerdictAfter([](RunRecord& r) { r.ledger.observed.nonfinite_losses = 1; }),
            Verdict::kInvalid);
}

TEST(Judge, BrokenIdentityIsARegressionWithAndWithoutABaseline) {
  RunRecord run = HonestRun();
  ledger::LoopOptions really;
  really.accumulation = 4;
  run.ledger.observed = ledger::RunLoop(really, run.ledger.declared.schedule);
  for (const Comparison& comparison : {JudgeAgainstHonest(run), Judge(run, BaselineSet{}, {})}) {
    EXPECT_EQ(ToText(comparison.verdict), "REGRESSION");
    EXPECT_EQ(comparison.exit_status(), 1);
    EXPECT_THAT(comparison.headline,
                HasSubstr("declared != observed: optimizer_steps declared 10"));
    EXPECT_EQ(comparison.causes.front().strength, "because");
  }
}

TEST(Judge, MissingBaselineIsItsOwnVerdict) {
  const Comparison comparison = Judge(HonestRun(), BaselineSet{}, {});
  EXPECT_EQ(comparison.verdict, Verdict::kNoBaseline);
  EXPECT_EQ(comparison.next.front(), "bazel run //suites:s.accept -- --reason \"...\"");
}

TEST(Judge, ChangedSettingIsConfigDriftEvenWhenMetricsMoved) {
  RunRecord run = HonestRun();
  SetConfig(run, "training.gradient_accumulation_steps",
            Setting(4, config::Layer::kPreset, "models/m.yaml", 14));
  At(run, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  const Comparison comparison = JudgeAgainstHonest(run);
  EXPECT_EQ(comparison.verdict, Verdict::kConfigDrift);
  EXPECT_EQ(comparison.headline,
            "eval.rouge1.f1 fell 0.5 to 0.25 probably because models/m.yaml:14:3 (preset) raised "
            "training.gradient_accumulation_steps from 1 to 4");
}

TEST(Judge, ChangedChainWithEqualValueIsANote) {
  RunRecord run = HonestRun();
  SetConfig(run, "training.gradient_accumulation_steps",
            Setting(1, config::Layer::kSuite, "suites/s.yaml", 9));
  const Comparison comparison = JudgeAgainstHonest(run);
  EXPECT_EQ(comparison.verdict, Verdict::kPass);
  ASSERT_FALSE(comparison.notes.empty());
  EXPECT_THAT(comparison.notes.front(), HasSubstr("keeps its value 1, now from suites/s.yaml:9:3"));
}

TEST(Judge, NothingDiffersButAMetricMovedSaysSo) {
  RunRecord run = HonestRun();
  At(run, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  const Comparison comparison = JudgeAgainstHonest(run);
  EXPECT_THAT(comparison.headline, HasSubstr("nothing differs: noise, or the gate is wrong"));
}

TEST(Judge, DataIsNamedBeforeTheEnvironmentAsCause) {
  RunRecord run = HonestRun();
  At(run, "data.digest.train", MetricClass::kD0).values = {std::string("cd")};
  run.environment.code["binary"] = "b2";
  const Comparison comparison = JudgeAgainstHonest(run);
  ASSERT_EQ(comparison.causes.size(), 2u);
  EXPECT_EQ(comparison.causes[0].plane, "data");
  EXPECT_EQ(comparison.causes[0].strength, "probably because");
  EXPECT_EQ(comparison.causes[1].plane, "binary");
  EXPECT_EQ(comparison.causes[1].strength, "together with");
}

// Operator counts do not depend on the machine: a new program on another CPU is blamed, not the CPU.
TEST(Judge, AnExactRowThatMovedIsTheProgramsDoingNotTheMachines) {
  RunRecord run = HonestRun();
  run.environment.machine["cpu.isa"] = "avx";
  run.environment.code["binary"] = "b2";
  At(run, "work.optimizer_steps", MetricClass::kD0).values = {int64_t{11}};
  const Comparison comparison = JudgeAgainstHonest(run);
  ASSERT_EQ(comparison.causes.size(), 2u);
  EXPECT_EQ(comparison.causes[0].plane, "binary");
  EXPECT_EQ(comparison.causes[1].plane, "environment");
}

TEST(Judge, ABoundedRowThatMovedOnAnotherCpuMayBeTheMachines) {
  RunRecord run = HonestRun();
  run.environment.machine["cpu.isa"] = "avx";
  run.environment.code["binary"] = "b2";
  At(run, "train.loss", MetricClass::kD2).values[2] = 1.51;
  const Comparison comparison = JudgeAgainstHonest(run);
  ASSERT_EQ(comparison.causes.size(), 2u);
  EXPECT_EQ(comparison.causes[0].plane, "environment");
}

TEST(Judge, AnotherCpuStillGatesWhatIsComparable) {
  const auto other = [](RunRecord& run) {
    run.environment.machine["cpu.isa"] = "avx";
    At(run, "train.loss", MetricClass::kD1).values[2] = 1.5000001;
    At(run, "train.loss", MetricClass::kD2).values[2] = 1.5000001;
  };
  EXPECT_EQ(VerdictAfter(other), Verdict::kPass);
  EXPECT_EQ(VerdictAfter(other, {true, ""}), Verdict::kNotComparable);
  RunRecord run = HonestRun();
  other(run);
  const Comparison comparison = JudgeAgainstHonest(run);
  const Row& row = RowOf(comparison, "train.loss", MetricClass::kD1);
  EXPECT_EQ(row.decision.status, RowStatus::kNotComparable);
  EXPECT_THAT(row.decision.reason, HasSubstr("cpu.isa (avx,avx2, here avx)"));
  ASSERT_EQ(comparison.not_comparable.size(), 1u);
  EXPECT_EQ(comparison.not_comparable[0].name, "cpu.isa");
}

TEST(Judge, AnotherCpuIsGatedByTheEnvelopeAndTheWork) {
  const auto moved = [](RunRecord& run) {
    run.environment.machine["cpu.isa"] = "avx";
    At(run, "train.loss", MetricClass::kD2).values[2] = 1.51;
  };
  EXPECT_EQ(VerdictAfter(moved), Verdict::kRegression);
  EXPECT_EQ(VerdictAfter([](RunRecord& run) {
              run.environment.machine["cpu.isa"] = "avx";
              At(run, "work.optimizer_steps", MetricClass::kD0).values = {int64_t{9}};
            }),
            Verdict::kUnexplainedChange);
}

TEST(Judge, OnlyThePerformanceKeyDecidesAboutTimes) {
  RunRecord run = HonestRun();
  run.environment.machine["cpu.model"] = "b";
  const Comparison comparison = JudgeAgainstHonest(run);
  EXPECT_EQ(comparison.verdict, Verdict::kPass);
  EXPECT_EQ(RowOf(comparison, "train.loss", MetricClass::kD1).decision.status, RowStatus::kSame);
  EXPECT_EQ(RowOf(comparison, "train.tokens_per_s", MetricClass::kN1).decision.status,
            RowStatus::kNotComparable);
}

// Two machines of one numeric key may have recorded apart: a run is held to its own machine's file.
TEST(Judge, OwnMachinesRecordWinsOverAnotherOfTheSameNumericKey) {
  RunRecord sibling = HonestRun();
  sibling.environment.machine["cpu.model"] = "b";
  At(sibling, "train.loss", MetricClass::kD1).values[2] = 1.25;
  for (const char* stem : {"a", "z"}) {  // "k" is this machine's
    BaselineSet baselines = Stored(HonestRun());
    baselines.keyed.emplace(stem, KeyedOf(sibling));
    EXPECT_EQ(Judge(HonestRun(), baselines, {}).verdict, Verdict::kPass) << stem;
    EXPECT_NE(Judge(sibling, baselines, {}).verdict, Verdict::kRegression) << stem;
  }
}

TEST(Judge, CovariatesAreInNoKey) {
  RunRecord run = HonestRun();
  run.environment.covariates["cpu.clock_mhz"] = "2995";
  EXPECT_EQ(CountRows(JudgeAgainstHonest(run), RowStatus::kNotComparable), 0);
}

TEST(Judge, SlowTimesAreAdvisory) {
  EXPECT_EQ(VerdictAfter([](RunRecord& r) {
              At(r, "train.tokens_per_s", MetricClass::kN1).values = {1.0, 1.0, 1.0};
            }),
            Verdict::kPass);
}

TEST(CheckRun, DirectoryWithoutARunIsInvalidNotACrash) {
  const testing::TemporaryDirectory directory;
  const Comparison comparison = CheckRun(directory / "absent", directory / "s", {});
  EXPECT_EQ(comparison.verdict, Verdict::kInvalid);
  EXPECT_EQ(comparison.exit_status(), 3);
  EXPECT_THAT(comparison.headline, HasSubstr("observations.json"));
}

TEST(CheckRun, RunWithoutItsLedgerIsInvalid) {
  const testing::TemporaryDirectory directory;
  const auto run = WriteRun(HonestRun(), directory / "run");
  std::filesystem::remove(run / "ledger.json");
  EXPECT_EQ(CheckRun(run, directory / "s", {}).verdict, Verdict::kInvalid);
}

TEST(CheckRun, DamagedBytesOfABaselineStillMakeFacts) {
  const testing::TemporaryDirectory directory;
  const auto run = WriteRun(HonestRun(), directory / "run");
  MakeDirectories(directory / "s");
  WriteFileAtomic(directory / "s/exact.txt", "\xFF\xC3 broken\n");
  const Comparison comparison = CheckRun(run, directory / "s/", {});
  EXPECT_EQ(comparison.verdict, Verdict::kInvalid);
  EXPECT_THAT(DumpJson(ToJson(comparison)), HasSubstr("\"suite\": \"s\""));
}

TEST(CompareRuns, RunAgainstItselfPassesAndABrokenBaseIsInvalid) {
  const testing::TemporaryDirectory directory;
  const auto run = WriteRun(HonestRun(), directory / "a");
  EXPECT_EQ(CompareRuns(run, run, {}).verdict, Verdict::kPass);
  RunRecord failed = HonestRun();
  failed.set.status = RunStatus::kFailed;
  EXPECT_EQ(CompareRuns(WriteRun(failed, directory / "b"), run, {}).verdict, Verdict::kInvalid);
}

}  // namespace
}  // namespace plumbline::check
