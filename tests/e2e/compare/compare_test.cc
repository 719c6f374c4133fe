// compare and baseline as a person meets them: words in, text, files and exit status out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/testing/command.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;

std::string program;

using Outcome = testing::ProgramOutcome;

class Judge : public ::testing::Test {
 protected:
  Outcome Run(const std::string& words) {
    return testing::RunProgram(program + " " + words, directory_.path());
  }
  std::string Write(const RunRecord& run, const std::string& name) {
    return WriteRun(run, directory_ / name).string();
  }
  std::string Baselines() const { return " --baselines " + (directory_ / "baselines").string(); }
  void AcceptHonest() {
    const std::string runs = Write(HonestRun(), "a") + " " + Write(HonestRun(), "b");
    const Outcome outcome = Run("baseline accept " + runs + " --reason first" + Baselines());
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  testing::TemporaryDirectory directory_;
};

RunRecord Drifted() {
  RunRecord run = HonestRun();
  auto entries = SmallConfig();
  entries["training.gradient_accumulation_steps"] =
      Setting(4, config::Layer::kPreset, "models/m.yaml", 14);
  run.config = config::Resolved(entries);
  return run;
}

RunRecord Worse() {
  RunRecord run = HonestRun();
  At(run, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  return run;
}

RunRecord Broken() {
  RunRecord run = HonestRun();
  ledger::LoopOptions really;
  really.accumulation = 4;
  run.ledger.observed = ledger::RunLoop(really, run.ledger.declared.schedule);
  return run;
}

TEST_F(Judge, ExitStatusFollowsTheVerdict) {
  EXPECT_EQ(Run("baseline check " + Write(HonestRun(), "run") + Baselines()).status,
            3);  // NO_BASELINE
  AcceptHonest();
  EXPECT_EQ(Run("compare s " + Write(HonestRun(), "run") + Baselines()).status, 0);
  EXPECT_EQ(Run("compare s " + Write(Worse(), "run") + Baselines()).status, 1);
  EXPECT_EQ(Run("compare s " + Write(Broken(), "run") + Baselines()).status, 1);
  EXPECT_EQ(Run("compare s " + Write(Drifted(), "run") + Baselines()).status, 5);
  RunRecord failed = HonestRun();
  failed.set.status = RunStatus::kFailed;
  EXPECT_EQ(Run("compare s " + Write(failed, "run") + Baselines()).status, 3);
}

TEST_F(Judge, TwoRunDirectoriesCompareWithoutABaseline) {
  const Outcome outcome =
      Run("compare " + Write(HonestRun(), "before") + " " + Write(Worse(), "after"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("before -> after"));
  EXPECT_THAT(outcome.out, HasSubstr("eval.rouge1.f1 fell 0.5 to 0.25"));
}

TEST_F(Judge, JsonAndFilesCarryOneSetOfFacts) {
  AcceptHonest();
  const std::string out = (directory_ / "comparison.json").string();
  const std::string junit = (directory_ / "test.xml").string();
  const Outcome outcome = Run("compare s " + Write(Drifted(), "run") + Baselines() +
                              " --json --out " + out + " --junit " + junit);
  EXPECT_EQ(outcome.status, 5);
  const Json json = ParseJson(outcome.out, "stdout");
  EXPECT_EQ(json, ReadJsonFile(out));
  EXPECT_EQ(json["schema"], (Json{{"name", "plumbline.comparison"}, {"major", 1}, {"minor", 1}}));
  EXPECT_EQ(json["verdict"], "CONFIG_DRIFT");
  EXPECT_EQ(json["exit_status"], 5);
  EXPECT_EQ(json["causes"][0]["id"], "training.gradient_accumulation_steps");
  EXPECT_EQ(json["inventory"][0], (Json{{"plane", "config"},
                                        {"state", "differs"},
                                        {"count", 1},
                                        {"detail", "training.gradient_accumulation_steps"}}));
  EXPECT_THAT(ReadFile(junit), HasSubstr("type=\"CONFIG_DRIFT\""));
}

TEST_F(Judge, StrictCountsRowsOfAnotherMachine) {
  AcceptHonest();
  RunRecord other = HonestRun();
  other.environment.machine["cpu.isa"] = "avx";
  const std::string words = "compare s " + Write(other, "run") + Baselines();
  EXPECT_EQ(Run(words).status, 0);
  EXPECT_EQ(Run(words + " --strict").status, 3);
}

TEST_F(Judge, ReportJudgesByTheRunsOwnSuiteWhereThatHasABaseline) {
  AcceptHonest();
  const std::string out = (directory_ / "report").string();
  const Outcome outcome = Run("report " + Write(Worse(), "after") + " --out " + out + Baselines());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("after  REGRESSION  eval.rouge1.f1 fell 0.5 to 0.25"));
  EXPECT_THAT(ReadFile(out + "/report.html"), HasSubstr("REGRESSION"));
  EXPECT_EQ(ReadJsonFile(out + "/report.json")["comparison"]["exit_status"], 1);
  EXPECT_THAT(ReadFile(out + "/report.xml"), HasSubstr("<failure"));
}

TEST_F(Judge, ReportWithoutABaselineSaysNotJudged) {
  const std::string out = (directory_ / "report").string();
  const Outcome outcome = Run("report " + Write(HonestRun(), "a") + " --out " + out + Baselines());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("a  NO_BASELINE  not judged: no baseline is stored for 's'"));
  EXPECT_THAT(ReadFile(out + "/report.md"), ::testing::Not(HasSubstr(".accept")));
  EXPECT_THAT(ReadFile(out + "/report.xml"), HasSubstr("<skipped"));
}

TEST_F(Judge, ReportOfSeveralRunsKeepsEqualNamesApart) {
  AcceptHonest();
  const std::string runs = Write(HonestRun(), "x/run") + " " + Write(Worse(), "y/run");
  const std::string out = (directory_ / "report").string();
  const Outcome outcome = Run("report --json " + runs + " --out " + out + Baselines());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = ParseJson(outcome.out, "stdout");
  EXPECT_EQ(json["runs"][0]["run"], "run");
  EXPECT_EQ(json["runs"][1]["run"], "run-2");
  EXPECT_EQ(json["runs"][1]["verdict"], "REGRESSION");
  EXPECT_THAT(ReadFile(out + "/run-2/report.html"), HasSubstr("REGRESSION"));
  EXPECT_THAT(ReadFile(out + "/report.html"), HasSubstr("run-2/report.html"));
}

TEST_F(Judge, ReportAgainstAnotherRunNeedsNoBaseline) {
  const std::string out = (directory_ / "report").string();
  const Outcome outcome = Run("report " + Write(Worse(), "after") + " --against " +
                              Write(HonestRun(), "before") + " --out " + out);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(ReadFile(out + "/report.html"), HasSubstr("baseline: before, candidate: after"));
}

TEST_F(Judge, ReportOfWhatIsNoRunIsRefused) {
  std::filesystem::create_directories(directory_ / "outputs");
  Write(HonestRun(), "outputs/run");
  for (const char* name : {"nothing", "outputs"}) {
    const Outcome outcome =
        Run("report " + (directory_ / name).string() + " --out " + (directory_ / "r").string());
    EXPECT_EQ(outcome.status, 2);
    EXPECT_FALSE(std::filesystem::exists(directory_ / "r"));
  }
  EXPECT_THAT(Run("report " + (directory_ / "outputs").string() + " --out r").err,
              HasSubstr("outputs/run'"));
  EXPECT_EQ(Run("report --out r").status, 2);
}

TEST_F(Judge, ReportOfADamagedRunIsInvalid) {
  AcceptHonest();
  const std::string run = Write(HonestRun(), "run");
  WriteFileAtomic(run + "/ledger.json", "{");
  const std::string out = (directory_ / "report").string();
  const Outcome outcome = Run("report " + run + " --out " + out + Baselines());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("INVALID"));
  EXPECT_THAT(ReadFile(out + "/report.html"), HasSubstr("ledger.json could not be read"));
}

TEST_F(Judge, UnknownSuiteGetsTheNearest) {
  AcceptHonest();
  const Outcome outcome = Run("compare ss " + Write(HonestRun(), "run") + Baselines());
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("try 's'"));
}

TEST_F(Judge, ProvingIsRefusedByNameUntilItIsBuilt) {
  const Outcome outcome = Run("compare a b --prove");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--prove"));
}

TEST_F(Judge, AcceptWithoutReasonWritesNothing) {
  const std::string runs = Write(HonestRun(), "a") + " " + Write(HonestRun(), "b");
  const Outcome outcome = Run("baseline accept " + runs + Baselines());
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--reason"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "baselines"));
}

TEST_F(Judge, ShowAndHistoryPrintWhatIsStored) {
  AcceptHonest();
  EXPECT_THAT(Run("baseline show s" + Baselines()).out,
              HasSubstr("train.loss            D2     1     lower"));
  EXPECT_THAT(Run("baseline history s" + Baselines()).out,
              HasSubstr("first\n      all metrics; 2 runs"));
  EXPECT_EQ(ParseJson(Run("baseline history s --json" + Baselines()).out, "t")["exact"].size(), 1u);
}

TEST_F(Judge, CheckOfAllFilesFindsAHandEdit) {
  AcceptHonest();
  EXPECT_THAT(Run("baseline check" + Baselines()).out, HasSubstr("2 baseline files"));
  const auto path = directory_ / "baselines/s/exact.txt";
  std::string text = ReadFile(path);
  text.replace(text.find("integer = 10"), 12, "integer = 99");
  WriteFileAtomic(path, text);
  const Outcome outcome = Run("baseline check" + Baselines());
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("edited by hand"));
}

TEST_F(Judge, UnknownWordGetsTheNearest) {
  const Outcome outcome = Run("baseline acept");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("plumbline baseline accept"));
}

}  // namespace
}  // namespace plumbline::check

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  plumbline::check::program = argv[1];
  return RUN_ALL_TESTS();
}
