// What equal and near scores say: catalogue 4.7 through the rules, and runs that copy almost all.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

Evidence Scored(const std::string& r1, const std::string& r2, const std::string& rl) {
  Evidence run = MakeTrace({});
  run.model = "org/llama-3";
  run.evaluations.resize(1);
  run.evaluations[0].values["eval_rouge1"] = ReadingOf(r1, "eval_rouge1");
  run.evaluations[0].values["eval_rouge2"] = ReadingOf(r2, "eval_rouge2");
  run.evaluations[0].values["eval_rougeL"] = ReadingOf(rl, "eval_rougeL");
  return run;
}

// rouge_score's means on the shipped rows, printed with four digits as a report would.
TEST(Scores, TheDegeneracyTableThroughTheRules) {
  const Json expected = ReadJsonFile("tests/golden/rouge_degeneracy/expected.json");
  size_t equal_cases = 0;
  for (const Json& one : expected["cases"]) {
    SCOPED_TRACE(one.dump());
    const Evidence run = Scored(Printed(one["rouge1"], 4), Printed(one["rouge2"], 4),
                                Printed(one["rougeL"], 4));
    const auto said = Said(Judge("met-r1-equals-rl", run));
    const auto echo = Said(Judge("gen-prompt-echo", run));
    const bool ascii_echo = one["tokenizer"] == "ascii" && one["case"] == "echo";
    if (ascii_echo && one["turns"].get<int>() >= 20) {
      ++equal_cases;
      ASSERT_EQ(said.size(), 1u);
      EXPECT_EQ(said[0].verdict, Verdict::kSymptom);
      EXPECT_EQ(said[0].severity, Severity::kBlocker);
      EXPECT_EQ(echo.size(), 3u);  // reference in the input, echo, ASCII scorer
    } else if (ascii_echo) {
      ASSERT_EQ(said.size(), 1u);  // 10 turns: RL/R1 = 0.995 is a note
      EXPECT_EQ(said[0].verdict, Verdict::kNote);
      EXPECT_TRUE(echo.empty());
    } else {
      EXPECT_TRUE(said.empty()) << English(said.front());
      EXPECT_TRUE(echo.empty());
    }
  }
  EXPECT_EQ(equal_cases, 3u);
}

// m = (1 - R2) / (1 - R2/R1) of the rows' means against 2.8, the references' true mean: the form is
// biased low by up to a fifth, never high.
TEST(Scores, TheClosedFormIsBiasedLow) {
  const Json expected = ReadJsonFile("tests/golden/rouge_degeneracy/expected.json");
  for (const Json& one : expected["cases"]) {
    if (one["tokenizer"] != "ascii" || one["case"] != "echo") continue;
    const double r1 = one["rouge1"];
    const double r2 = one["rouge2"];
    const double m = (1 - r2) / (1 - r2 / r1);
    EXPECT_LT(m, 2.95) << one.dump();
    EXPECT_GT(m, 2.8 * 0.77) << one.dump();
  }
}

TEST(Scores, NearPerfectOutputsAccuseNoScorer) {
  EXPECT_TRUE(Said(Judge("met-r1-equals-rl", Scored("0.8980", "0.8520", "0.8970"))).empty());
  EXPECT_TRUE(Said(Judge("met-r1-equals-rl", Scored("89.80", "85.20", "89.70"))).empty());
  const auto suspected = Said(Judge("met-r1-equals-rl", Scored("0.4048", "0.2480", "0.3952")));
  ASSERT_EQ(suspected.size(), 1u);
  EXPECT_EQ(suspected[0].verdict, Verdict::kNote);
}

// Two digits are too few to tell a healthy run of short texts from a broken one.
TEST(Scores, EqualityNeedsThreePrintedDigits) {
  EXPECT_TRUE(Said(Judge("met-r1-equals-rl", Scored("0.41", "0.25", "0.41"))).empty());
  EXPECT_TRUE(Said(Judge("met-r1-equals-rl", Scored("41", "25", "41"))).empty());
  EXPECT_FALSE(Said(Judge("met-r1-equals-rl", Scored("0.412", "0.250", "0.412"))).empty());
  EXPECT_FALSE(Said(Judge("met-r1-equals-rl", Scored("41.2", "25.0", "41.2"))).empty());
}

// The trace scores 499 rows by its rates alone, or 40: too few to tell anything.
TEST(Scores, RowsThatNobodyDeclaredAreThoseScored) {
  for (const auto& [rows, fires] : std::initializer_list<std::pair<int, bool>>{{499, true}, {50, true}, {40, false}}) {
    TraceOptions options;
    options.eval_rows = rows;
    Evidence run = MakeTrace(options);
    std::erase_if(run.settings, [](const Setting& setting) { return setting.key == "data.eval_samples"; });
    ASSERT_EQ(run.Number("data.eval_samples"), std::nullopt);
    Evidence slow = run;
    slow.evaluations[1].values["eval_runtime"] = ReadingOf("400", "t");
    slow.evaluations[1].values["eval_samples_per_second"] = ReadingOf(Printed(rows / 400.0, 4), "s");
    const auto runaway = Said(Judge("gen-runaway-length", slow));
    ASSERT_EQ(runaway.size(), 1u);
    EXPECT_NE(runaway[0].formula.find(" / " + std::to_string(rows)), std::string::npos) << runaway[0].formula;
    run.evaluations[1].values["eval_rouge1"] = ReadingOf("0.4314", "r");  // 0.0001 more: 0.15 / sqrt(499) is 0.0067
    const auto noise = Said(Judge("met-delta-within-noise", run));
    ASSERT_EQ(noise.size(), 1u);
    EXPECT_NE(noise[0].formula.find("sqrt(" + std::to_string(rows) + ")"), std::string::npos) << noise[0].formula;
    for (Point& point : run.evaluations) point.values["eval_rougeL"] = *point.Find("eval_rouge1");
    const auto said = Said(Judge("met-r1-equals-rl", run));  // else RL near R1 is a note
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].verdict == Verdict::kSymptom, fires) << rows;
  }
}

// Equality counts to the last printed digit: two of them apart is another score.
TEST(Scores, TwoPrintedDigitsApartAreNotEqual) {
  for (const auto& [rl, equal] : std::initializer_list<std::pair<const char*, bool>>{
           {"0.1432", true}, {"0.1431", true}, {"0.1430", false}, {"0.1434", false}}) {
    bool symptom = false;
    for (const Finding& finding : Said(Judge("met-r1-equals-rl", Scored("0.1432", "0.0966", rl)))) {
      symptom = symptom || finding.verdict == Verdict::kSymptom;
    }
    EXPECT_EQ(symptom, equal) << rl;
  }
}

}  // namespace
}  // namespace plumbline::audit
