// Every rule of the trace and the configuration, both ways: it fires, it stays silent.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

using Change = std::function<void(Evidence&)>;

struct Case {
  const char* rule;
  const char* name;
  Change fire;
  Change silence;
  const char* part;  // of the sentence that fires
};

void Claimed(Evidence& run, const char* quantity, const char* value, const char* base = "") {
  run.claims.push_back({quantity, ParseDecimal(value)->Printed(), value, base, {}, {"r.md", "", 1}});
}

void Final(Evidence& run, const char* name, const char* value) {
  run.final[name] = ReadingOf(value, name);
}

void Fact(Evidence& run, const char* name, const char* value) {
  run.facts[name] = ReadingOf(value, name);
}

void ByTrainer(Evidence& run) { Fact(run, "state.global_step", "500"); }

Json Bart() { return {{"model_type", "bart"}, {"is_encoder_decoder", true}}; }

// The decaying schedule of another length: rates of `length` steps in a run of 500.
void Schedule(Evidence& run, double length) {
  for (size_t i = 0; i < run.log.size(); ++i) {
    const double step = 10.0 * static_cast<double>(i + 1) - 1;
    run.log[i].values["learning_rate"] =
        ReadingOf(Printed(2e-5 * std::max(0.0, (length - step) / length), 12), "learning_rate");
  }
}

std::vector<Case> Cases() {
  return {
      {"cfg-cli-shadowed-by-file", "Resolved",
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "1", Layer::kCommandLine);
         Set(run, "training.gradient_accumulation_steps", "4", Layer::kFile);
         Set(run, "training.gradient_accumulation_steps", "4");
       },
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "1", Layer::kCommandLine);
         Set(run, "training.gradient_accumulation_steps", "4", Layer::kFile);
       },
       "the command line says 1, the file says 4"},
      {"cfg-effective-batch-mismatch", "Claim",
       [](Evidence& run) { Claimed(run, "effective_batch", "40"); },
       [](Evidence& run) { Claimed(run, "effective_batch", "10"); }, "40 is refuted"},
      {"cfg-warmup-steps-shadows-ratio", "Config",
       [](Evidence& run) { Set(run, "training.warmup_steps", "400"); },
       [](Evidence& run) { Set(run, "training.warmup_steps", "0"); }, "both set"},
      {"cfg-launcher-disagrees", "Accumulation",
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "8", Layer::kLauncher);
       },
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "auto", Layer::kLauncher);
       },
       "says 8"},
      {"cfg-stop-rule-overrides-epochs", "MaxSteps",
       [](Evidence& run) {
         Set(run, "training.max_steps", "100");
         Set(run, "training.num_train_epochs", "2", Layer::kCommandLine);
       },
       [](Evidence& run) { Set(run, "training.max_steps", "-1"); }, "max_steps 100"},
      {"cfg-flag-without-trace", "Augmentation",
       [](Evidence& run) {
         Set(run, "augmentation.enabled", "true");
         Set(run, "augmentation.ratio", "0.5");
       },
       [](Evidence& run) {
         Set(run, "augmentation.enabled", "true");
         Set(run, "augmentation.ratio", "0");
       },
       "augmentation 0.5"},
      {"cfg-flag-without-trace", "Folds", [](Evidence& run) { Set(run, "folds.k", "5"); },
       [](Evidence& run) { Set(run, "folds.k", "1"); }, "5 folds"},
      {"data-sample-count-mismatch", "Evaluation",
       [](Evidence& run) { Set(run, "data.eval_samples", "512"); },
       [](Evidence& run) { Set(run, "data.eval_samples", "499"); }, "512 evaluation rows"},
      {"data-length-grouped-order", "Setting",
       [](Evidence& run) { Set(run, "training.group_by_length", "true"); },
       [](Evidence& run) { Set(run, "training.group_by_length", "false"); }, "group_by_length is on"},
      {"data-length-grouped-order", "SawTooth",
       [](Evidence& run) {
         for (size_t i = 0; i < run.log.size(); ++i) {
           run.log[i].values["loss"] = ReadingOf(i % 6 < 3 ? "1.9" : "1.1", "loss");
         }
       },
       [](Evidence&) {}, "repeats every 60 steps"},
      {"adp-param-count-mismatch", "Trainable",
       [](Evidence& run) {
         run.model = "org/Llama-3.2-Korean-3B";
         Fact(run, "trainable_params", "24313856");
         Set(run, "lora.r", "8");
         Set(run, "lora.target_modules", "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj");
       },
       [](Evidence& run) {
         run.model = "org/Llama-3.2-Korean-3B";
         Fact(run, "trainable_params", "24313856");
         Set(run, "lora.r", "16");
         Set(run, "lora.target_modules", "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj");
       },
       "r 16 on"},
      {"adp-scaling-mismatch", "Served",
       [](Evidence& run) {
         Set(run, "lora.r", "16");
         Set(run, "lora.alpha", "32");
         run.documents.adapter_config = {{"r", 16}, {"lora_alpha", 16}};
       },
       [](Evidence& run) {
         Set(run, "lora.r", "16");
         Set(run, "lora.alpha", "32");
         run.documents.adapter_config = {{"r", 16}, {"lora_alpha", 32}};
       },
       "2 in the run's settings and by 1"},
      {"opt-lr-never-decays", "Rising",
       [](Evidence& run) {
         for (size_t i = 0; i < run.log.size(); ++i) {
           run.log[i].values["learning_rate"] =
               ReadingOf(Printed(4e-8 * (10.0 * static_cast<double>(i + 1) - 1), 12), "lr");
         }
       },
       [](Evidence& run) { Set(run, "training.lr_scheduler_type", "constant_with_warmup"); },
       "never decays"},
      {"opt-lr-wrong-step-rate", "PerMicroBatch",
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "4");
         Schedule(run, 125);
       },
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "4");
         Schedule(run, 500);
       },
       "spans 126 steps"},
      {"opt-accum-loss-not-normalised", "Scaled",
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "4");
         for (Point& point : run.log) {
           const double loss = 4 * point.values["loss"].value.value;
           point.values["loss"] = ReadingOf(Printed(loss, 4), "loss");
         }
       },
       [](Evidence& run) { Set(run, "training.gradient_accumulation_steps", "4"); },
       "accumulation is 4"},
      {"opt-seq2seq-accumulation-inflated", "Inflated",
       [](Evidence& run) {
         run.documents.config = Bart();
         ByTrainer(run);
         Set(run, "training.gradient_accumulation_steps", "4");
         for (Point& point : run.log) {
           const double loss = 4 * point.values["loss"].value.value;
           point.values["loss"] = ReadingOf(Printed(loss, 4), "loss");
         }
       },
       [](Evidence& run) {  // an older version divides
         run.documents.config = Bart();
         ByTrainer(run);
         Set(run, "training.gradient_accumulation_steps", "4");
       },
       "4 times too large"},
      {"opt-seq2seq-accumulation-inflated", "Smoothing",
       [](Evidence& run) {
         run.documents.config = Bart();
         ByTrainer(run);
         Set(run, "training.gradient_accumulation_steps", "2");
         run.evaluations.clear();
       },
       [](Evidence& run) {
         run.documents.config = Bart();
         ByTrainer(run);
         Set(run, "training.gradient_accumulation_steps", "2");
         Set(run, "training.label_smoothing_factor", "0.1");
         run.evaluations.clear();
       },
       "no evaluation loss"},
      {"opt-step-plan-mismatch", "Steps",
       [](Evidence& run) { Set(run, "training.per_device_train_batch_size", "25"); },
       [](Evidence&) {}, "plan 200 or 200"},
      {"opt-clip-saturated", "Norms",
       [](Evidence& run) {
         for (Point& point : run.log) point.values["grad_norm"] = ReadingOf("8.0", "grad_norm");
       },
       [](Evidence&) {}, "max_grad_norm 1 (default)"},
      {"opt-joint-change-point", "Jump",
       [](Evidence& run) {
         for (size_t i = 0; i < run.log.size(); ++i) {
           const double x = static_cast<double>(i);
           run.log[i].clock_s = i < 20 ? 100 * x : 2000 + 50 * (x - 20);
           run.log[i].values["loss"] = ReadingOf(i < 21 ? "2.0" : "1.0", "loss");
         }
         run.evaluations.clear();
       },
       [](Evidence& run) {
         for (size_t i = 0; i < run.log.size(); ++i) {
           run.log[i].clock_s = 100 * static_cast<double>(i);
         }
       },
       "jump together"},
      {"opt-loss-gap-wrong-sign", "Label",
       [](Evidence& run) {
         Claimed(run, "overfitting", "1");
         for (Point& point : run.evaluations) {
           point.values["eval_loss"] = ReadingOf("0.7", "eval_loss");
         }
       },
       [](Evidence& run) { Claimed(run, "overfitting", "1"); }, "over-fitting"},
      {"prc-nan-grad-persistent", "Window",
       [](Evidence& run) {
         for (size_t i = 20; i < 30; ++i) {
           run.log[i].values["grad_norm"] = ReadingOf("NaN", "grad_norm");
         }
       },
       [](Evidence& run) {  // the scaler's first overflow
         run.log[0].values["grad_norm"] = ReadingOf("inf", "grad_norm");
       },
       "from step 210 to 300"},
      {"prc-nan-filter-hides-loss", "Filter",
       [](Evidence& run) {
         for (size_t i = 20; i < 30; ++i) {
           run.log[i].values["grad_norm"] = ReadingOf("NaN", "grad_norm");
         }
       },
       [](Evidence& run) {
         Set(run, "training.logging_nan_inf_filter", "false");
         for (size_t i = 20; i < 30; ++i) {
           run.log[i].values["grad_norm"] = ReadingOf("NaN", "grad_norm");
         }
       },
       "10 printed losses"},
      {"prc-t5-family-fp16", "Mt5",
       [](Evidence& run) {
         run.model = "google/mt5-small";
         Set(run, "training.fp16", "true");
       },
       [](Evidence& run) {
         run.model = "google/mt5-small";
         Set(run, "training.fp16", "false");
       },
       "mt5 runs in fp16"},
      {"prc-skipped-steps-uncounted", "Updates",
       [](Evidence& run) { Fact(run, "optimizer_updates", "480"); },
       [](Evidence& run) { Fact(run, "optimizer_updates", "500"); }, "20 of 500"},
      {"prc-bnb-compute-fp32", "Unset",
       [](Evidence& run) { Set(run, "quantization.load_in_4bit", "true"); },
       [](Evidence& run) {
         Set(run, "quantization.load_in_4bit", "true");
         Set(run, "quantization.bnb_4bit_compute_dtype", "bfloat16");
       },
       "compute in fp32"},
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
      {"msr-throughput-includes-eval", "Share",
       [](Evidence& run) {
         for (Point& point : run.evaluations) {
           point.values["eval_runtime"] = ReadingOf("45.0", "t");
         }
       },
       [](Evidence&) {}, "83.3 %"},
      {"msr-summary-stat-wrong", "RunMean",
       [](Evidence& run) { Claimed(run, "loss_at_epoch", "1.4"); },
       [](Evidence& run) { Claimed(run, "loss_at_epoch", "1.7"); }, "mean of the whole run"},
      {"msr-cost-unexplained", "Scaling",
       [](Evidence& run) { Claimed(run, "time_scales_with_accumulation", "4"); },
       [](Evidence&) {}, "does not scale"},
  };
}

TEST(Tier1Rules, EachFiresAndStaysSilent) {
  for (const Case& one : Cases()) {
    Evidence firing = MakeTrace({});
    one.fire(firing);
    std::string said;
    for (const Finding& finding : Said(Judge(one.rule, firing))) said += English(finding) + "\n";
    EXPECT_NE(said.find(one.part), std::string::npos)
        << one.rule << " " << one.name << " should fire: " << said;
    Evidence silent = MakeTrace({});
    one.silence(silent);
    for (const Finding& finding : Said(Judge(one.rule, silent))) {
      if (finding.verdict == Verdict::kNote && std::string(one.part) != English(finding)) {
        EXPECT_EQ(English(finding).find(one.part), std::string::npos) << one.rule;
        continue;
      }
      ADD_FAILURE() << one.rule << " " << one.name << " should be silent: " << English(finding);
    }
  }
}

TEST(Tier1Rules, MetCrossTokenizerLossNeedsTwoFamilies) {
  Evidence a = MakeTrace({});
  Evidence b = MakeTrace({});
  a.model = "org/kobart";
  b.model = "org/qwen3-4b";
  a.evaluations[0].values["eval_loss"] = ReadingOf("0.5", "eval_loss");
  EXPECT_EQ(Said(Judge("met-cross-tokenizer-loss", Study{"s", {a, b}})).size(), 1u);
  b.model = "org/kobart-2";
  EXPECT_TRUE(Said(Judge("met-cross-tokenizer-loss", Study{"s", {a, b}})).empty());
}

TEST(Tier1Rules, TheTableCoversEveryRuleOfTierOne) {
  std::set<std::string> covered = {"met-cross-tokenizer-loss", "gen-forced-eos-not-eos"};
  for (const Case& one : Cases()) covered.insert(one.rule);
  for (const Rule& rule : Rules()) {
    EXPECT_TRUE(rule.tier != 1 || covered.contains(rule.id)) << rule.id;
  }
}

}  // namespace
}  // namespace plumbline::audit
