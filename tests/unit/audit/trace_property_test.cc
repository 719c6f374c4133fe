// Properties of the arithmetic: a true run is never contradicted, whatever its digits; one figure
// moved beyond its interval is.
#include <gtest/gtest.h>

#include "harness/base/random.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

TEST(TraceProperty, ACleanControlHasNothingAboveNote) {
  EXPECT_EQ(AboveNote(MakeTrace({})), "");
}

TEST(TraceProperty, RoundingATrueRunNeverGivesAContradiction) {
  SplitMix64 random(20240611);
  for (int i = 0; i < 400; ++i) {
    TraceOptions o;
    o.rows = 100 + static_cast<int>(random.Below(5000));
    o.batch = 1 + static_cast<int>(random.Below(40));
    o.epochs = 1 + static_cast<int>(random.Below(4));
    const int planned = (o.rows + o.batch - 1) / o.batch * o.epochs;
    o.warmup = static_cast<int>(random.Below(static_cast<uint64_t>(planned / 3 + 1)));
    o.logging_steps = 1 + static_cast<int>(random.Below(50));
    o.print_steps = random.Below(2) == 0;
    o.rate_before_step = random.Below(2) == 0;
    o.epoch_decimals = 1 + static_cast<int>(random.Below(4));
    o.rate_decimals = 6 + static_cast<int>(random.Below(8));
    o.rate_per_s_decimals = 1 + static_cast<int>(random.Below(4));
    o.step_s = (60 + 100 * random.Unit()) / planned;  // evaluation stays below half of the time
    const Evidence run = MakeTrace(o);
    EXPECT_EQ(AboveNote(run), "")
        << "rows " << o.rows << " batch " << o.batch << " epochs " << o.epochs << " warmup "
        << o.warmup << " logging " << o.logging_steps << " steps " << o.print_steps << " decimals "
        << o.epoch_decimals << " " << o.rate_decimals << " " << o.rate_per_s_decimals;
  }
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

}  // namespace
}  // namespace plumbline::audit
