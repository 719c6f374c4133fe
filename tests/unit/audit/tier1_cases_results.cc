#include "tests/unit/audit/tier1_cases.h"

#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {

std::vector<Case> ResultCases() {
  return {
      {"ckp-best-not-served", "Declared",
       [](Evidence& run) {
         Set(run, "training.metric_for_best_model", "rouge1");
         Set(run, "training.load_best_model_at_end", "false");
         run.evaluations[0].values["eval_rouge1"] = ReadingOf("0.55", "eval_rouge1");
       },
       [](Evidence& run) {
         Set(run, "training.metric_for_best_model", "rouge1");
         Set(run, "training.load_best_model_at_end", "true");
       },
       "best at step 250"},
      {"ckp-best-not-served", "Direction",
       [](Evidence& run) {
         Set(run, "training.metric_for_best_model", "eval_loss");
         Set(run, "training.greater_is_better", "true");
       },
       [](Evidence& run) {
         Set(run, "training.metric_for_best_model", "eval_loss");
         Set(run, "training.greater_is_better", "false");
       },
       "worst checkpoint"},
      {"ckp-early-stop-units", "Wasted", [](Evidence& run) { Fact(run, "best_step", "100"); },
       [](Evidence& run) { Fact(run, "best_step", "450"); }, "80 %"},
      {"ckp-resume-inflates-metrics", "Resumed",
       [](Evidence& run) { Final(run, "train_loss", "0.0084"); },
       [](Evidence& run) { Final(run, "train_loss", "1.4"); }, "0.0084"},
      {"gen-runaway-length", "Slow",
       [](Evidence& run) { run.evaluations[1].values["eval_runtime"] = ReadingOf("400", "t"); },
       [](Evidence&) {}, "s a sample"},
      {"gen-eval-time-unstable", "Slow",
       [](Evidence& run) { run.evaluations[1].values["eval_runtime"] = ReadingOf("40.0", "t"); },
       [](Evidence&) {}, "10 times"},
      {"gen-eval-loss-missing", "NoLoss",
       [](Evidence& run) {
         for (Point& point : run.evaluations) point.values.erase("eval_loss");
       },
       [](Evidence&) {}, "no eval_loss"},
      {"gen-config-inherited", "Sampling",
       [](Evidence& run) { run.documents.generation_config = {{"do_sample", true}}; },
       [](Evidence& run) {
         run.documents.generation_config = {{"do_sample", true}};
         Set(run, "generation.do_sample", "false");
       },
       "do_sample is true"},
      {"met-r1-equals-rl", "Equal",
       [](Evidence& run) {
         run.evaluations[0].values["eval_rougeL"] = run.evaluations[0].values["eval_rouge1"];
       },
       [](Evidence&) {}, "1 of 2 evaluations"},
      {"gen-prompt-echo", "Statistics",
       [](Evidence& run) {
         run.model = "meta/llama-3";
         run.evaluations[0].values["eval_rouge1"] = ReadingOf("0.1097", "r1");
         run.evaluations[0].values["eval_rouge2"] = ReadingOf("0.0735", "r2");
         run.evaluations[0].values["eval_rougeL"] = ReadingOf("0.1097", "rl");
       },
       [](Evidence& run) { run.model = "meta/llama-3"; }, "m = 2.808"},
      {"met-delta-within-noise", "Overfitting",
       [](Evidence& run) {
         Claimed(run, "overfitting", "1");
         run.evaluations[1].values["eval_rouge1"] = ReadingOf("0.4260", "r1");
       },
       [](Evidence& run) { Claimed(run, "overfitting", "1"); }, "unsupported"},
      {"met-loss-vs-generation", "Falls",
       [](Evidence& run) { run.evaluations[1].values["eval_rouge1"] = ReadingOf("0.30", "r1"); },
       [](Evidence&) {}, "the score falls"},
      {"met-baseline-unverified", "Guess",
       [](Evidence& run) { Claimed(run, "expected_rouge1", "0.40"); },
       [](Evidence& run) { Claimed(run, "something_else", "0.40"); }, "names no data set"},
      {"met-baseline-unverified", "Known",
       [](Evidence& run) {
         run.model = "csebuetnlp/mT5_multilingual_XLSum";
         Claimed(run, "expected_rouge1", "0.40");
       },
       [](Evidence& run) {  // the authors' 0.236745
         run.model = "csebuetnlp/mT5_multilingual_XLSum";
         Claimed(run, "expected_rouge1", "0.24");
       },
       "contradicts"},
      {"msr-throughput-includes-eval", "Share",
       [](Evidence& run) {
         for (Point& point : run.evaluations) {
           point.values["eval_runtime"] = ReadingOf("45.0", "t");
         }
       },
       [](Evidence&) {}, "83.3 %"},
      {"msr-throughput-includes-eval", "ToldApart",
       [](Evidence& run) {
         for (Point& point : run.evaluations) point.values["eval_runtime"] = ReadingOf("45.0", "t");
         run.final["train_only_runtime"] = ReadingOf("18.0", "t");
       },
       [](Evidence& run) {
         for (Point& point : run.evaluations) point.values["eval_runtime"] = ReadingOf("45.0", "t");
         run.final["train_only_runtime"] = run.final["train_runtime"];
       },
       "83.3 %"},
      {"msr-summary-stat-wrong", "RunMean",
       [](Evidence& run) { Claimed(run, "loss_at_epoch", "1.4"); },
       [](Evidence& run) { Claimed(run, "loss_at_epoch", "1.7"); }, "mean of the whole run"},
      {"msr-cost-unexplained", "Scaling",
       [](Evidence& run) { Claimed(run, "time_scales_with_accumulation", "4"); },
       [](Evidence&) {}, "does not scale"},
  };
}

}  // namespace plumbline::audit
