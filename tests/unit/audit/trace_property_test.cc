// Properties of the arithmetic: a true run is never contradicted, whatever its digits; one figure
// moved beyond its interval is.
#include <gtest/gtest.h>

#include "harness/base/random.h"
#include "tests/unit/audit/mutation_cases.h"

namespace plumbline::audit {
namespace {

TEST(TraceProperty, ACleanControlHasNothingAboveNote) {
  EXPECT_EQ(AboveNote(MakeTrace({})), "");
}

std::string Shown(const TraceOptions& o) {
  return "rows " + std::to_string(o.rows) + " batch " + std::to_string(o.batch) + " epochs " +
         std::to_string(o.epochs) + " warmup " + std::to_string(o.warmup) + " logging " +
         std::to_string(o.logging_steps) + " steps " + std::to_string(o.print_steps) +
         " decimals " + std::to_string(o.epoch_decimals) + " " + std::to_string(o.rate_decimals) +
         " " + std::to_string(o.rate_per_s_decimals);
}

TEST(TraceProperty, RoundingATrueRunNeverGivesAContradiction) {
  SplitMix64 random(20240611);
  for (int i = 0; i < 400; ++i) {
    const TraceOptions o = RandomTrace(random);
    Evidence run = MakeTrace(o);
    EXPECT_EQ(AboveNote(run), "") << Shown(o);
    // Nobody says how many rows there are.
    std::erase_if(run.settings, [](const Setting& one) { return one.key == "data.train_samples"; });
    EXPECT_EQ(AboveNote(run), "") << Shown(o) << " without rows";
  }
}

// 15 rows/s of 120 s over 1.667 steps/s: 9 rows a step, whatever the rows are.
TEST(TraceProperty, RatesAloneProveABatch) {
  for (const auto& [micro, said] : std::initializer_list<std::pair<const char*, size_t>>{
           {"9", 0}, {"3", 1}, {"8", 1}}) {
    Evidence run;
    run.final["train_runtime"] = ReadingOf("120.0", "train_runtime");
    run.final["train_samples_per_second"] = ReadingOf("15.0", "train_samples_per_second");
    run.final["train_steps_per_second"] = ReadingOf("1.667", "train_steps_per_second");
    Set(run, "training.num_train_epochs", "2");
    Set(run, "training.per_device_train_batch_size", micro);
    EXPECT_EQ(Said(Judge("cfg-effective-batch-mismatch", run)).size(), said) << micro;
  }
}

// Rule by rule, with the claims and settings that it looks at, all of them true.
TEST(TraceProperty, TrueFiguresOfEveryRuleAreNeverContradicted) {
  constexpr int kTrials = 60;
  SplitMix64 random(7);
  for (const RoundingCase& one : RoundingCases()) {
    int evaluated = 0;
    for (int i = 0; i < kTrials; ++i) {
      const TraceOptions o = RandomTrace(random);
      Study study{"made", {MakeTrace({}), MakeTrace(o)}};
      study.runs[0].name = "fast";
      one.print(study, o, random);
      bool open = false;
      for (const Finding& finding : Judge(one.rule, study, 1)) {
        open = open || finding.verdict == Verdict::kNotEvaluated;
        const bool below = finding.verdict == Verdict::kNote || finding.verdict == Verdict::kNotEvaluated;
        EXPECT_TRUE(below)
            << one.rule << ": " << English(finding) << " | " << finding.formula << " | " << Shown(o);
      }
      if (!open) ++evaluated;
    }
    EXPECT_GT(evaluated, 0) << one.rule << " never had its inputs";
  }
}

// Steps that only epochs tell leave the line's end open, from 0.9 to 3.7 times the run: 3 is no proof.
TEST(TraceProperty, AnEndThatMayBeTheRunsProvesNoOtherUnit) {
  for (const bool before : {false, true}) {
    TraceOptions o;
    o.rows = 2753;
    o.batch = 36;
    o.warmup = 6;
    o.logging_steps = 40;
    o.print_steps = false;
    o.epoch_decimals = 3;
    o.rate_decimals = 9;
    o.rate_before_step = before;
    for (const double step_s : {0.4, 0.6, 0.8, 1.0}) {
      o.step_s = step_s;
      Evidence run = MakeTrace(o);
      Set(run, "training.gradient_accumulation_steps", "3");
      EXPECT_TRUE(Said(Judge("opt-lr-wrong-step-rate", run)).empty()) << before << " " << step_s;
    }
  }
}

// 20 of 333 steps print as 0.06, 0.12 ... 4.0 epochs, as 3 of 50 do, and a rate behind its step is on
// the same line for both. With the rate before it 333 alone is, and the grid is an accident too.
TEST(TraceProperty, AGridThatRoundingMadeProvesNoSteps) {
  for (const bool before : {false, true}) {
    TraceOptions o;
    o.rows = 1331;
    o.batch = 4;
    o.epochs = 4;
    o.warmup = 338;
    o.logging_steps = 20;
    o.print_steps = false;
    o.rate_decimals = 13;
    o.rate_before_step = before;
    Evidence run = MakeTrace(o);
    Set(run, "training.max_steps", "1332");
    Set(run, "training.num_train_epochs", "4", Layer::kCommandLine);
    EXPECT_FALSE(DeriveTimeline(run).epochs_on_grid) << before;
    EXPECT_TRUE(Said(Judge("cfg-stop-rule-overrides-epochs", run)).empty()) << before;
  }
}

// 500 steps, of which the last session ran 200 in 40 s: its rates are no whole run's.
TEST(TraceProperty, RatesOfAResumedSessionContradictNothing) {
  Evidence run = MakeTrace({});
  Fact(run, "state.global_step", "500");
  Final(run, "train_runtime", "40.0");
  Final(run, "train_samples_per_second", "50.0");
  Final(run, "train_steps_per_second", "5.0");
  for (const char* rule : {"opt-step-plan-mismatch", "data-sample-count-mismatch",
                           "cfg-effective-batch-mismatch", "cfg-cli-shadowed-by-file"}) {
    EXPECT_TRUE(Said(Judge(rule, run)).empty()) << rule;
  }
  Set(run, "training.per_device_train_batch_size", "12");  // what the session proves still holds
  EXPECT_EQ(Said(Judge("cfg-effective-batch-mismatch", run)).size(), 1u);
}

// The batch that the trace proves, against a resolved one two away.
TEST(TraceProperty, ADeclaredBatchOutsideTheIntervalFlipsTheVerdict) {
  for (const char* batch : {"10", "9", "11", "8", "12"}) {
    Evidence run = MakeTrace({});
    Set(run, "training.per_device_train_batch_size", batch);
    const auto said = Said(Judge("cfg-effective-batch-mismatch", run));
    EXPECT_EQ(said.empty(), std::string(batch) == "10") << batch;
  }
}

TEST(TraceProperty, RowsTwoUlpsBeyondTheIntervalFlipTheVerdict) {
  Evidence run = MakeTrace({});
  const Interval seen = DeriveTimeline(run).rows_seen / ExactInterval(2);
  ASSERT_FALSE(seen.Empty());
  Set(run, "data.train_samples", std::to_string(static_cast<int>(std::floor(seen.high))));
  EXPECT_TRUE(Said(Judge("data-sample-count-mismatch", run)).empty());
  Set(run, "data.train_samples", std::to_string(static_cast<int>(std::floor(seen.high)) + 1));
  EXPECT_EQ(Said(Judge("data-sample-count-mismatch", run)).size(), 1u);
}

TEST(TraceProperty, AWarmUpBeyondTheToleranceFlipsTheVerdict) {
  for (const int warmup : {50, 58, 62, 120, 300}) {  // requested 50, tolerance 2 % of 500 = 10
    TraceOptions o;
    o.warmup = warmup;
    o.rate_decimals = 12;
    Evidence run = MakeTrace(o);
    Set(run, "training.warmup_ratio", "0.1");
    const auto said = Said(Judge("cfg-warmup-steps-shadows-ratio", run));
    EXPECT_EQ(said.empty(), warmup <= 60) << warmup;
    if (said.empty()) continue;
    EXPECT_EQ(said[0].severity, warmup >= 250   ? Severity::kBlocker
                                : warmup >= 100 ? Severity::kMajor
                                                : Severity::kMinor);
  }
}

// Mean of printed norms against a claimed one, moved by units of the last digit.
TEST(TraceProperty, AClaimedMeanTwoUlpsOffFlipsTheVerdict) {
  for (const auto& [claimed, wrong] :
       std::initializer_list<std::pair<const char*, bool>>{{"2.000", false}, {"2.001", false},
                                                            {"2.002", true}, {"1.998", true}}) {
    Evidence run;
    for (const char* norm : {"1.000", "2.000", "3.000"}) {
      run.log.push_back(PointOf({{"grad_norm", norm}, {"epoch", norm}}));
    }
    run.claims = {{"grad_norm_low", ParseDecimal("1.000")->Printed(), "1.000", "", {}, {}},
                  {"grad_norm_high", ParseDecimal("9.000")->Printed(), "9.000", "", {}, {}},
                  {"grad_norm_mean", ParseDecimal(claimed)->Printed(), claimed, "", {}, {}}};
    EXPECT_EQ(!Said(Judge("msr-summary-stat-wrong", run)).empty(), wrong) << claimed;
  }
}

TEST(TraceProperty, AReductionTwoUlpsOffFlipsTheVerdict) {
  for (const auto& [claimed, wrong] : std::initializer_list<std::pair<const char*, bool>>{
           {"36.3", false}, {"36.4", true}, {"36.2", true}}) {
    Evidence run;
    run.claims = {{"loss_initial", ParseDecimal("2.3843")->Printed(), "2.3843", "", {}, {}},
                  {"loss_final", ParseDecimal("1.5178")->Printed(), "1.5178", "", {}, {}},
                  {"reduction_percent", ParseDecimal(claimed)->Printed(), claimed, "", {}, {}}};
    EXPECT_EQ(!Said(Judge("msr-summary-stat-wrong", run)).empty(), wrong) << claimed;
  }
}

TEST(TraceProperty, RoundedSumsAndRatiosAreNeverFlagged) {
  Evidence run = MakeTrace({});  // 0.1097 + 0.0735 + 0.1097 = 0.2929, printed 0.2928
  run.evaluations[0] = PointOf({{"epoch", "1.0"}, {"eval_loss", "1.2"}, {"eval_rouge1", "0.1097"},
                                {"eval_rouge2", "0.0235"}, {"eval_rougeL", "0.0997"},
                                {"eval_rouge_sum", "0.2328"}});
  for (const Finding& finding : Said(Judge("msr-summary-stat-wrong", run))) {
    ADD_FAILURE() << English(finding);
  }
}

// 500 steps are in the log; a state that says 1e300 says nothing.
TEST(TraceProperty, StepsThatNoRunReachesAreNone) {
  Evidence run = MakeTrace({});
  run.facts["state.global_step"] = ReadingOf("1e300", "global_step");
  run.facts["state.max_steps"] = ReadingOf("1e15", "max_steps");
  EXPECT_EQ(DeriveTimeline(run).executed_steps, 500);
  EXPECT_EQ(DeriveTimeline(run).planned_steps, 500);  // 250 an epoch, twice
  run.facts["state.global_step"] = ReadingOf("400", "global_step");
  EXPECT_EQ(DeriveTimeline(run).executed_steps, 400);
}

}  // namespace
}  // namespace plumbline::audit
