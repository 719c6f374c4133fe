// Sections of numbers: quality, speed, curves, all other metrics, environment, method.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "tests/unit/reports/report_fixture.h"

namespace plumbline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(QualitySection, ShowsBothSidesAndWhatNeedsNoTraining) {
  RunRecord worse = ReportedRun();
  check::At(worse, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  const std::string words = WordsOf(QualitySection(JudgedFacts(worse, ReportedRun())));
  EXPECT_THAT(words, HasSubstr("eval.rouge1.f1 | D1 | 1 | higher | 0.5 | 0.25 | "
                               "\xE2\x88\x92" "0.25 (\xE2\x88\x92" "50 %) | \xE2\x96\xBC worse"));
  EXPECT_THAT(words, HasSubstr("rouge1.f1 | 0.125 | - | - | 0.25 | 0.25"));
}

TEST(QualitySection, WarnsWhereATokenizerDropsTheText) {
  Facts facts = PassingFacts();
  EXPECT_THAT(WordsOf(QualitySection(facts)), Not(HasSubstr("Warning")));
  facts.candidate->results = {
      {"rouge", {{"ascii", {{"warnings", {"drops more than half of the letters"}}, {"n", 2}}}}}};
  EXPECT_THAT(WordsOf(QualitySection(facts)),
              HasSubstr("Warning: drops more than half of the letters"));
}

TEST(QualitySection, WithoutBaselineItShowsMeasuredValuesAlone) {
  const std::string words = WordsOf(QualitySection(UnjudgedFacts()));
  EXPECT_THAT(words, HasSubstr("eval.rouge1.f1 | D1 | 1 | higher | 0.5\n"));
  EXPECT_THAT(words, Not(HasSubstr("same")));
  EXPECT_THAT(WordsOf(QualitySection(EmptyFacts())), HasSubstr("No scores: nothing was trained."));
}

TEST(QualitySection, AScoreOfAnotherMachineIsNotListedTwice) {
  RunRecord run = ReportedRun();
  run.set.observations.push_back(
      Metric("eval.rouge1.f1", MetricClass::kD2, {0.5}, Direction::kHigher));
  RunRecord elsewhere = run;
  elsewhere.environment.machine["cpu.isa"] = "avx";
  const auto scores = [](const Section& section) {
    for (const Block& block : section.blocks) {
      const Table* table = std::get_if<Table>(&block.content);
      if (table != nullptr && table->caption == "Scores of the trained model")
        return table->rows.size();
    }
    return size_t{0};
  };
  EXPECT_EQ(scores(QualitySection(JudgedFacts(run, run))), 2u);
  const Section section = QualitySection(JudgedFacts(elsewhere, run));
  EXPECT_EQ(scores(section), 1u);
  EXPECT_THAT(WordsOf(section), HasSubstr("bit for bit (D1): nothing to compare with here"));
}

TEST(SpeedSection, TwoClocksDisagreeOnlyWhereAStepHoldsMoreWork) {
  const std::string words = WordsOf(SpeedSection(JudgedFacts(LyingRun(), ReportedRun(), true)));
  EXPECT_THAT(words, HasSubstr("samples a step (counted) |  | samples | 2 | 5"));
  EXPECT_THAT(words, HasSubstr("the candidate does 2.5 times more work in one optimizer step"));
  const std::string same = WordsOf(SpeedSection(JudgedFacts(ReportedRun(), ReportedRun(), true)));
  EXPECT_THAT(same, Not(HasSubstr("disagree")));
  EXPECT_THAT(same, HasSubstr("samples a second | per sample | samples/s | 10 | 10 | 0"));
}

TEST(SpeedSection, EveryRepetitionStandsBesideTheMachinesLimits) {
  const std::string words = WordsOf(SpeedSection(PassingFacts()));
  EXPECT_THAT(words, HasSubstr("speed.train.samples_per_s | 1 | - | 10 |  | - | 9, 10, 11"));
  EXPECT_THAT(words, HasSubstr("machine.sgemm | 1 | - | 31 |  | - | 30, 31, 32"));
  EXPECT_EQ(WordsOf(SpeedSection(EmptyFacts())), "Speed\nNo speed: nothing was trained.\n");
}

TEST(CurvesSection, DrawsLossAndRateAndCountsWhatIsNotFinite) {
  Facts facts = PassingFacts();
  EXPECT_THAT(WordsOf(CurvesSection(facts)), HasSubstr("chart train.loss"));
  EXPECT_THAT(WordsOf(CurvesSection(facts)), HasSubstr("chart work.learning_rate"));
  EXPECT_THAT(WordsOf(CurvesSection(facts)), HasSubstr("train.loss | candidate | 3 | 3 | 1.5 | 3 | 1.5 | 0"));
  ASSERT_FALSE(facts.comparison.curves.empty());
  facts.comparison.curves[0].candidate[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(WordsOf(CurvesSection(facts)), HasSubstr("| \xC3\x97 1"));
  EXPECT_EQ(WordsOf(CurvesSection(EmptyFacts())), "Curves\nNo curves: nothing was trained.\n");
}

TEST(MetricsSection, WhatMovedIsOpenTheRestIsFolded) {
  RunRecord moved = ReportedRun();
  check::At(moved, "memory.peak_bytes", MetricClass::kC).values = {int64_t{500}};
  const Section section = MetricsSection(JudgedFacts(moved, ReportedRun()));
  ASSERT_EQ(section.blocks.size(), 2u);
  EXPECT_FALSE(section.blocks[0].folded);
  EXPECT_EQ(std::get<Table>(section.blocks[0].content).rows.size(), 1u);
  EXPECT_TRUE(section.blocks[1].folded);
  EXPECT_THAT(WordsOf(MetricsSection(PassingFacts())), HasSubstr("None of them moved."));
  EXPECT_THAT(WordsOf(MetricsSection(EmptyFacts())), HasSubstr("No other metrics."));
}

TEST(MetricTables, EveryRowOfTheJudgeStandsInExactlyOneSection) {
  const Facts facts = JudgedFacts(LyingRun(), ReportedRun());
  std::map<std::string, int> seen;
  for (const Section& section :
       {QualitySection(facts), SpeedSection(facts), MetricsSection(facts)}) {
    for (const Block& block : section.blocks) {
      if (const Table* table = std::get_if<Table>(&block.content)) {
        for (const TableRow& row : table->rows) {
          if (row.id.starts_with("metric.")) ++seen[row.id];
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), facts.comparison.rows.size());
  for (const auto& [id, count] : seen) EXPECT_EQ(count, 1) << id;
}

TEST(EnvironmentSection, ListsTheFieldsOrSaysThatNoneWasRecorded) {
  const std::string words = WordsOf(EnvironmentSection(PassingFacts()));
  EXPECT_THAT(words, HasSubstr("cpu.isa | machine | not stored here | avx,avx2"));
  EXPECT_THAT(words, HasSubstr("revision | code | not stored here | r1"));
  EXPECT_THAT(WordsOf(EnvironmentSection(EmptyFacts())), HasSubstr("No environment was recorded"));
}

TEST(MethodSection, ExplainsEveryVerdictAndClass) {
  const std::string words = WordsOf(MethodSection(EmptyFacts()));
  for (const check::Verdict verdict : check::kVerdicts)
    EXPECT_THAT(words, HasSubstr("\n" + check::ToText(verdict) + " | verdict | "));
  for (const char* word : {"D0 | row", "D1 | row", "D2 | row", "N1, N2 | row", "C | row"})
    EXPECT_THAT(words, HasSubstr(word));
}

}  // namespace
}  // namespace plumbline::report
