#include "harness/check/accept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/testing/error_matcher.h"
#include "tests/testing/lines.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const AcceptOptions kFirst{"first record", "test", {}};

class Accept : public ::testing::Test {
 protected:
  std::filesystem::path Write(const RunRecord& run, const std::string& name) {
    return WriteRun(run, directory_ / name);
  }
  std::filesystem::path baselines() const { return directory_ / "s"; }

  // Two equal repetitions of `run`.
  AcceptResult AcceptTwice(const RunRecord& run, const AcceptOptions& options = kFirst) {
    return AcceptRuns({Write(run, "a"), Write(run, "b")}, baselines(), options);
  }
  std::string Exact() const { return ReadFile(baselines() / "exact.txt"); }
  std::string Keyed() const {
    for (const auto& entry : std::filesystem::directory_iterator(baselines())) {
      if (entry.path().stem() != "exact") return ReadFile(entry.path());
    }
    return "";
  }
  bool NothingStored() const { return !std::filesystem::exists(baselines()); }

  testing::TemporaryDirectory directory_;
};

RunRecord WithRouge(double value) {
  RunRecord run = HonestRun();
  At(run, "eval.rouge1.f1", MetricClass::kD1).values = {value};
  return run;
}

TEST_F(Accept, FirstRecordTurnsNoBaselineIntoPass) {
  const auto run = Write(HonestRun(), "run");
  EXPECT_EQ(CheckRun(run, baselines(), {}).verdict, Verdict::kNoBaseline);
  EXPECT_THAT(AcceptTwice(HonestRun()).written, SizeIs(2));
  EXPECT_EQ(CheckRun(run, baselines(), {true, ""}).verdict, Verdict::kPass);
}

TEST_F(Accept, StoresReasonCommandAndEvidenceOfBothRuns) {
  AcceptTwice(HonestRun());
  const Baseline exact = ParseBaseline(Exact(), "exact.txt");
  EXPECT_EQ(exact.history.back().reason, "first record");
  EXPECT_EQ(exact.history.back().recorded_by, "test");
  EXPECT_EQ(exact.history.back().repetition, "2 runs, bitwise equal");
  EXPECT_EQ(exact.history.back().evidence.front(), ReadRun(directory_ / "a").evidence);
  EXPECT_THAT(exact.history.back().evidence, SizeIs(2));
}

TEST_F(Accept, RegressionAndImprovementCanBeAccepted) {
  AcceptTwice(HonestRun());
  for (const double value : {0.25, 0.75}) {
    const auto run = Write(WithRouge(value), "run");
    EXPECT_EQ(CheckRun(run, baselines(), {}).exit_status(), 1);
    AcceptTwice(WithRouge(value), {"better data", "test", {}});
    EXPECT_EQ(CheckRun(run, baselines(), {}).verdict, Verdict::kPass);
  }
  EXPECT_THAT(ParseBaseline(Keyed(), "k").history, SizeIs(3));
}

TEST_F(Accept, ConfigDriftCanBeAccepted) {
  AcceptTwice(HonestRun());
  RunRecord run = HonestRun();
  auto entries = SmallConfig();
  entries["training.seed"] = Setting(43, config::Layer::kSuite, "suites/s.yaml", 8);
  run.config = config::Resolved(entries);
  EXPECT_EQ(CheckRun(Write(run, "run"), baselines(), {}).verdict, Verdict::kConfigDrift);
  const AcceptResult result = AcceptTwice(run, {"new seed", "test", {}});
  EXPECT_THAT(result.changes,
              Contains(HasSubstr("training.seed: 42 (default) -> 43 (suite suites/s.yaml:8:3)")));
  EXPECT_EQ(CheckRun(directory_ / "run", baselines(), {}).verdict, Verdict::kPass);
}

TEST_F(Accept, SameNumbersAgainWriteNothing) {
  AcceptTwice(HonestRun());
  const std::string exact = Exact();
  EXPECT_THAT(AcceptTwice(HonestRun(), {"again", "test", {}}).written, IsEmpty());
  EXPECT_EQ(Exact(), exact);
}

TEST_F(Accept, NewTimesAreStoredThoughTheyGateNothing) {
  AcceptTwice(HonestRun());
  RunRecord faster = HonestRun();
  At(faster, "train.tokens_per_s", MetricClass::kN1).values = {20.0, 21.0, 22.0};
  EXPECT_THAT(AcceptTwice(faster, {"faster", "test", {}}).written, SizeIs(1));
  EXPECT_THAT(Keyed(), HasSubstr("  0x1.4p+4 # 20\n"));
}

// Lines of a baseline file outside its history.
std::vector<std::string> BodyLines(const std::string& text) {
  return testing::LinesOf(text.substr(text.find("\nscope ")));
}

TEST_F(Accept, NamedMetricMovesAloneAndAllOtherBytesStay) {
  AcceptTwice(HonestRun());
  const std::string exact_before = Exact();
  const std::vector<std::string> before = BodyLines(Keyed());
  RunRecord run = WithRouge(0.75);
  At(run, "train.loss", MetricClass::kD1).values[0] = Value(9.0);
  AcceptTwice(run, {"only rouge", "test", {"eval.rouge1.f1"}});
  EXPECT_EQ(Exact(), exact_before);
  const std::vector<std::string> after = BodyLines(Keyed());
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    const bool named = before[i].find("eval.rouge1.f1") != std::string::npos;
    EXPECT_EQ(after[i] == before[i], !named) << before[i];
  }
}

TEST_F(Accept, SubsetKeepsRowsThatTheRunDidNotMeasure) {
  AcceptTwice(HonestRun());
  RunRecord run = WithRouge(0.75);
  std::erase_if(run.set.observations,
                [](const Observation& row) { return row.name == "train.loss"; });
  AcceptTwice(run, {"only rouge", "test", {"eval.rouge1.f1"}});
  EXPECT_THAT(Keyed(), HasSubstr("row D1 train.loss"));
  EXPECT_THAT(Exact(), HasSubstr("row D2 train.loss"));
}

TEST_F(Accept, SubsetUnderAnotherConfigurationIsRefused) {
  AcceptTwice(HonestRun());
  RunRecord run = WithRouge(0.75);
  auto entries = SmallConfig();
  entries["training.seed"] = Setting(43, config::Layer::kSuite);
  run.config = config::Resolved(entries);
  EXPECT_ERROR(AcceptTwice(run, {"x", "test", {"eval.rouge1.f1"}}), ErrorKind::kUsage,
               "training.seed");
}

TEST_F(Accept, UnknownMetricGetsTheNearest) {
  EXPECT_ERROR(AcceptTwice(HonestRun(), {"x", "test", {"eval.rouge1.f2"}}), ErrorKind::kUsage,
               "'eval.rouge1.f1'");
  EXPECT_TRUE(NothingStored());
}

TEST_F(Accept, ReasonIsDemanded) {
  EXPECT_ERROR(AcceptTwice(HonestRun(), {"  ", "test", {}}), ErrorKind::kUsage, "no reason");
}

TEST_F(Accept, ReasonMustBeUtf8) {
  EXPECT_ERROR(AcceptTwice(HonestRun(), {"\xFF", "test", {}}), ErrorKind::kUsage, "not UTF-8");
}

TEST_F(Accept, OneRunCannotProveBitwiseEquality) {
  EXPECT_ERROR(AcceptRuns({Write(HonestRun(), "a")}, baselines(), kFirst), ErrorKind::kData,
               "1 run for");
  EXPECT_TRUE(NothingStored());
}

TEST_F(Accept, RepetitionOneUlpAwayIsRefused) {
  const auto first = Write(HonestRun(), "a");
  const auto second = Write(WithRouge(std::nextafter(0.5, 1.0)), "b");
  EXPECT_ERROR(AcceptRuns({first, second}, baselines(), kFirst), ErrorKind::kData,
               "eval.rouge1.f1 (D1) repeats differently");
  EXPECT_TRUE(NothingStored());
}

TEST_F(Accept, RepetitionWithOtherCountsIsRefused) {
  RunRecord other = HonestRun();
  At(other, "work.optimizer_steps", MetricClass::kD0).values = {int64_t{11}};
  EXPECT_ERROR(AcceptRuns({Write(HonestRun(), "a"), Write(other, "b")}, baselines(), kFirst),
               ErrorKind::kData, "work.optimizer_steps (D0)");
}

TEST_F(Accept, MetricOfOnlyOneRunIsRefused) {
  RunRecord fewer = HonestRun();
  fewer.set.observations.pop_back();
  const auto full = Write(HonestRun(), "a");
  const auto partial = Write(fewer, "b");
  EXPECT_ERROR(AcceptRuns({full, partial}, baselines(), kFirst), ErrorKind::kData,
               "no work.optimizer_steps");
  EXPECT_ERROR(AcceptRuns({partial, full}, baselines(), kFirst), ErrorKind::kData,
               "no work.optimizer_steps");
}

TEST_F(Accept, CeilingKeepsTheValuesOfBothRuns) {
  RunRecord other = HonestRun();
  At(other, "memory.peak_bytes", MetricClass::kC).values = {int64_t{105}};
  AcceptRuns({Write(HonestRun(), "a"), Write(other, "b")}, baselines(), kFirst);
  EXPECT_THAT(Exact(),
              HasSubstr("row C memory.peak_bytes 1 lower quantum 10 integer [2]\n  100\n  105\n"));
}

TEST_F(Accept, UnsoundRunsAreRefusedAndNothingIsWritten) {
  std::vector<RunRecord> unsound(7, HonestRun());
  unsound[0].set.status = RunStatus::kFailed;
  unsound[1].set.status = RunStatus::kInterrupted;
  unsound[2].set.problems = {"throttled"};
  unsound[3].set.observations.clear();
  At(unsound[4], "train.loss", MetricClass::kD1).values[0] =
      std::numeric_limits<double>::quiet_NaN();
  unsound[5].ledger.observed.nonfinite_losses = 1;
  At(unsound[6], "train.tokens_per_s", MetricClass::kN1).values = {1.0};
  for (const RunRecord& run : unsound) {
    EXPECT_ERROR(AcceptTwice(run), ErrorKind::kData, "accepting the run");
    EXPECT_TRUE(NothingStored());
  }
}

TEST_F(Accept, BrokenIdentityCannotBeAccepted) {
  RunRecord run = HonestRun();
  ledger::LoopOptions really;
  really.accumulation = 4;
  run.ledger.observed = ledger::RunLoop(really, run.ledger.declared.schedule);
  EXPECT_ERROR(AcceptTwice(run), ErrorKind::kData, "a broken identity cannot be accepted");
  EXPECT_TRUE(NothingStored());
}

TEST_F(Accept, CountsThatDiedWithAProcessAreRefused) {
  RunRecord run = HonestRun();
  run.ledger.observed.uncounted_steps = 3;
  EXPECT_ERROR(AcceptTwice(run), ErrorKind::kData, "no counts of 3 steps of a process that was lost");
  EXPECT_TRUE(NothingStored());
}

TEST_F(Accept, RunsOfTwoMachinesOrSuitesAreRefused) {
  RunRecord other = HonestRun();
  other.environment.machine["cpu.isa"] = "avx";
  EXPECT_ERROR(AcceptRuns({Write(HonestRun(), "a"), Write(other, "b")}, baselines(), kFirst),
               ErrorKind::kData, "another machine");
  other = HonestRun();
  other.set.suite = "t";
  EXPECT_ERROR(AcceptRuns({Write(HonestRun(), "a"), Write(other, "b")}, baselines(), kFirst),
               ErrorKind::kData, "suite 't'");
}

TEST_F(Accept, HandEditedFileIsNotWrittenOver) {
  AcceptTwice(HonestRun());
  std::string text = Exact();
  const std::string row = "integer = 10\n";
  text.replace(text.find(row), row.size(), "integer = 99\n");
  WriteFileAtomic(baselines() / "exact.txt", text);
  EXPECT_ERROR(AcceptTwice(WithRouge(0.75), {"x", "test", {}}), ErrorKind::kData, "edited by hand");
  EXPECT_EQ(Exact(), text);
}

TEST_F(Accept, AnotherMachineAddsItsFileAndLeavesTheFirst) {
  AcceptTwice(HonestRun());
  const std::string first = Keyed();
  const std::string exact = Exact();
  RunRecord other = HonestRun();
  other.environment.machine["cpu.isa"] = "avx";
  At(other, "train.loss", MetricClass::kD2).values[0] = Value(3.001);  // inside the envelope
  AcceptTwice(other, {"this machine too", "test", {}});
  EXPECT_EQ(Exact(), exact);
  const BaselineSet set = ReadBaselines(baselines(), "s");
  ASSERT_THAT(set.keyed, SizeIs(2));
  const bool kept =
      ToText(set.keyed.begin()->second) == first || ToText(set.keyed.rbegin()->second) == first;
  EXPECT_TRUE(kept);
  EXPECT_EQ(CheckRun(Write(HonestRun(), "run"), baselines(), {true, ""}).verdict, Verdict::kPass);
}

TEST_F(Accept, AcceptedValueStandsInTheMiddleOfItsBandNotOnTheEdge) {
  AcceptTwice(HonestRun());
  RunRecord moved = HonestRun();
  At(moved, "memory.peak_bytes", MetricClass::kC).values = {int64_t{200}};
  AcceptTwice(moved, {"larger batch", "test", {"memory.peak_bytes"}});
  At(moved, "memory.peak_bytes", MetricClass::kC).values = {int64_t{209}};
  EXPECT_EQ(CheckRun(Write(moved, "run"), baselines(), {}).verdict, Verdict::kPass);
}

}  // namespace
}  // namespace plumbline::check
