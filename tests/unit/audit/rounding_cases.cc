#include <cmath>
#include <memory>

#include "tests/unit/audit/mutation_cases.h"
#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

int Below(SplitMix64& random, int n) { return static_cast<int>(random.Below(static_cast<uint64_t>(n))); }

int StepsPerEpoch(const TraceOptions& o) { return (o.rows + o.batch - 1) / o.batch; }

// With 0 to 3 decimals.
std::string Rounded(double value, SplitMix64& random) { return Printed(value, Below(random, 4)); }

void Claim(Evidence& run, const char* quantity, const std::string& value, const char* base = "") {
  Claimed(run, quantity, value.c_str(), base);
}

double Runtime(const TraceOptions& o) {
  return StepsPerEpoch(o) * o.epochs * o.step_s + o.epochs * o.eval_s;
}

void Norms(Evidence& run, SplitMix64& random) {
  for (Point& point : run.log) {
    point.values["grad_norm"] = ReadingOf(Printed(0.2 + 0.75 * random.Unit(), 3), "grad_norm");
  }
}

// Times of one model on one set, within a third of each other.
void EvalTimes(Evidence& run, SplitMix64& random) {
  const int decimals = Below(random, 3);
  for (Point& point : run.evaluations) {
    const double time = 60 * (1 + 0.49 * random.Unit());
    point.values["eval_runtime"] = ReadingOf(Printed(time, decimals), "eval_runtime");
  }
}

// Scores that rise while the loss falls, as shares or in percent, as few digits as these allow.
void RisingScores(Study& s, const TraceOptions&, SplitMix64& random) {
  const double unit = random.Below(2) == 0 ? 1 : 100;
  const int decimals = (unit == 1 ? 3 : 1) + Below(random, 3);
  const double apart = 0.002 + 0.05 * random.Unit();  // of R1 and RL
  double r1 = 0.2 + 0.2 * random.Unit(), loss = 3;
  for (Point& point : s.runs[1].evaluations) {
    r1 += 0.1 * random.Unit();
    loss -= 0.5 * random.Unit();
    const auto score = [&](const char* name, double share) {
      point.values[name] = ReadingOf(Printed(unit * share, decimals), name);
    };
    score("eval_rouge1", r1);
    score("eval_rouge2", 0.4 * r1);
    score("eval_rougeL", r1 - apart);
    point.values["eval_loss"] = ReadingOf(Printed(loss, 1 + Below(random, 4)), "eval_loss");
  }
}

// A factor of the batch as accumulation.
void Split(Evidence& run, Layer layer, const TraceOptions& o, SplitMix64& random) {
  int accumulation = 1 + Below(random, o.batch);
  while (o.batch % accumulation != 0) --accumulation;
  Set(run, "training.per_device_train_batch_size", std::to_string(o.batch / accumulation), layer);
  Set(run, "training.gradient_accumulation_steps", std::to_string(accumulation), layer);
}

std::vector<RoundingCase> Settings() {
  return {
      {"cfg-cli-shadowed-by-file",
       [](Study& s, const TraceOptions& o, SplitMix64& random) {
         Split(s.runs[1], Layer::kClaimed, o, random);
         Split(s.runs[1], Layer::kCommandLine, o, random);
         Split(s.runs[1], Layer::kFile, o, random);
         s.runs[1].settings.push_back(*s.runs[1].Find("training.gradient_accumulation_steps", Layer::kCommandLine));
         s.runs[1].settings.back().layer = Layer::kResolved;
         s.runs[1].settings.push_back(*s.runs[1].Find("training.per_device_train_batch_size", Layer::kCommandLine));
         s.runs[1].settings.back().layer = Layer::kResolved;
       }},
      {"cfg-effective-batch-mismatch",
       [](Study& s, const TraceOptions& o, SplitMix64&) {
         Claim(s.runs[1], "effective_batch", std::to_string(o.batch));
       }},
      {"cfg-warmup-steps-shadows-ratio",
       [](Study& s, const TraceOptions& made, SplitMix64& random) {  // a share of two digits
         TraceOptions o = made;
         const int planned = StepsPerEpoch(o) * o.epochs;
         const int share = Below(random, 34);
         o.warmup = (share * planned + 99) / 100;
         s.runs[1] = MakeTrace(o);
         Set(s.runs[1], "training.warmup_ratio", Printed(share / 100.0, 2));
       }},
      {"cfg-launcher-disagrees",
       [](Study& s, const TraceOptions& o, SplitMix64&) {
         Set(s.runs[1], "training.per_device_train_batch_size", std::to_string(o.batch), Layer::kLauncher);
       }},
      {"cfg-stop-rule-overrides-epochs",
       [](Study& s, const TraceOptions& o, SplitMix64&) {
         Set(s.runs[1], "training.max_steps", std::to_string(StepsPerEpoch(o) * o.epochs));
         Set(s.runs[1], "training.num_train_epochs", std::to_string(o.epochs), Layer::kCommandLine);
       }},
      {"cfg-flag-without-trace",
       [](Study& s, const TraceOptions& o, SplitMix64&) {  // half as many rows again, to a row, were seen
         Set(s.runs[1], "data.train_samples", std::to_string(std::lround(o.rows / 1.5)));
         Set(s.runs[1], "augmentation.enabled", "true");
         Set(s.runs[1], "augmentation.ratio", "0.5");
       }},
      {"data-sample-count-mismatch",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         const int rows = 50 + Below(random, 2000);
         Set(s.runs[1], "data.eval_samples", std::to_string(rows));
         for (Point& point : s.runs[1].evaluations) {
           const double time = 1 + 20 * random.Unit();
           point.values["eval_runtime"] = ReadingOf(Printed(time, 1 + Below(random, 4)), "eval_runtime");
           point.values["eval_samples_per_second"] =
               ReadingOf(Printed(rows / time, 1 + Below(random, 3)), "eval_samples_per_second");
         }
       }},
      {"adp-param-count-mismatch",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         Evidence& run = s.runs[1];  // 28 layers; q 3072 + 3072, v 3072 + 1024
         run.model = "org/Llama-3.2-Korean-3B";
         const int rank = 1 << Below(random, 8);
         Set(run, "lora.r", std::to_string(rank));
         Set(run, "lora.target_modules", "q_proj,v_proj");
         Fact(run, "trainable_params", std::to_string(28 * rank * (6144 + 4096)).c_str());
         Claim(run, "total_params", Printed(3212749824.0, 0));
       }},
      {"adp-scaling-mismatch",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         const int rank = 1 + Below(random, 64);
         const int alpha = 1 + Below(random, 128);
         Set(s.runs[1], "lora.r", std::to_string(rank));
         Set(s.runs[1], "lora.alpha", std::to_string(alpha));
         s.runs[1].documents.adapter_config = {{"r", rank}, {"lora_alpha", alpha}};
       }},
  };
}

std::vector<RoundingCase> Course() {
  return {
      {"opt-lr-never-decays",
       [](Study& s, const TraceOptions& o, SplitMix64&) { Claim(s.runs[1], "lr_target", Printed(o.peak, 6)); }},
      {"opt-lr-wrong-step-rate",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         Set(s.runs[1], "training.gradient_accumulation_steps", std::to_string(1 + Below(random, 8)));
       }},
      {"opt-accum-loss-not-normalised",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         Set(s.runs[1], "training.gradient_accumulation_steps", std::to_string(2 + Below(random, 8)));
       }},
      {"opt-seq2seq-accumulation-inflated",
       [](Study& s, const TraceOptions& made, SplitMix64& random) {  // a loss is logged in each epoch
         TraceOptions o = made;
         o.logging_steps = std::min(o.logging_steps, StepsPerEpoch(o));
         s.runs[1] = MakeTrace(o);
         s.runs[1].documents.config = Bart();
         ByTrainer(s.runs[1]);
         Set(s.runs[1], "training.gradient_accumulation_steps", std::to_string(3 + Below(random, 8)));
       }},
      {"opt-step-plan-mismatch",
       [](Study& s, const TraceOptions& o, SplitMix64&) {
         Fact(s.runs[1], "state.global_step", std::to_string(StepsPerEpoch(o) * o.epochs).c_str());
       }},
      {"opt-clip-saturated",
       [](Study& s, const TraceOptions&, SplitMix64& random) { Norms(s.runs[1], random); }},
      {"opt-joint-change-point",
       [](Study& s, const TraceOptions& o, SplitMix64&) {  // whole seconds, as logs have them
         for (size_t i = 0; i < s.runs[1].log.size(); ++i) {
           s.runs[1].log[i].clock_s = std::round(static_cast<double>((i + 1)) * 20 * o.logging_steps);
         }
       }},
      {"opt-loss-gap-wrong-sign",
       [](Study& s, const TraceOptions&, SplitMix64&) { Claim(s.runs[1], "overfitting", "1"); }},
      {"prc-skipped-steps-uncounted",
       [](Study& s, const TraceOptions& o, SplitMix64&) {
         Fact(s.runs[1], "optimizer_updates", std::to_string(StepsPerEpoch(o) * o.epochs).c_str());
       }},
  };
}

std::vector<RoundingCase> Results() {
  return {
      {"ckp-best-not-served",
       [](Study& s, const TraceOptions&, SplitMix64&) {
         Set(s.runs[1], "training.metric_for_best_model", "rouge1");
         Set(s.runs[1], "training.load_best_model_at_end", "true");
       }},
      {"ckp-early-stop-units",
       [](Study& s, const TraceOptions& o, SplitMix64& random) {
         const int last = StepsPerEpoch(o) * o.epochs;
         Fact(s.runs[1], "best_step", std::to_string(last - Below(random, last / 2 + 1)).c_str());
       }},
      {"ckp-resume-inflates-metrics",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         Final(s.runs[1], "train_loss", Printed(1.2 + random.Unit(), 1 + Below(random, 4)).c_str());
       }},
      {"gen-prompt-echo",
       [](Study& s, const TraceOptions&, SplitMix64&) {
         s.runs[1].model = "meta/llama-3";
         s.runs[1].rows = std::make_shared<Rows>(
             ScoredRows({Scored("an answer", "a reference", "a document of its own", "a prompt")}));
       }},
      {"gen-runaway-length",
       [](Study& s, const TraceOptions&, SplitMix64& random) { EvalTimes(s.runs[1], random); }},
      {"gen-eval-time-unstable",
       [](Study& s, const TraceOptions&, SplitMix64& random) { EvalTimes(s.runs[1], random); }},
      {"met-r1-equals-rl", RisingScores},
      {"met-delta-within-noise", RisingScores},
      {"met-loss-vs-generation", RisingScores},
      {"met-baseline-unverified",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         s.runs[1].model = "csebuetnlp/mT5_multilingual_XLSum";
         Claim(s.runs[1], "expected_rouge1", Printed(0.236745, 1 + Below(random, 5)));
         Claim(s.runs[1], "expected_rouge2", Printed(0.114478, 1 + Below(random, 5)));
       }},
      {"msr-throughput-includes-eval",
       [](Study& s, const TraceOptions& made, SplitMix64& random) {  // below half of the time
         TraceOptions o = made;
         o.eval_s = 0.95 * random.Unit() * StepsPerEpoch(o) * o.step_s;
         s.runs[1] = MakeTrace(o);
       }},
      {"msr-summary-stat-wrong",
       [](Study& s, const TraceOptions& o, SplitMix64& random) {
         Evidence& run = s.runs[1];
         const auto printed_s = [](const Evidence& one) { return one.Final("train_runtime")->value.value; };
         Claim(run, "time_ratio_train", Rounded(printed_s(run) / printed_s(s.runs[0]), random), "fast");
         Claim(run, "steps_total", std::to_string(StepsPerEpoch(o) * o.epochs));
         const double first = 2 + random.Unit();
         const double last = 1 + random.Unit();
         Claim(run, "loss_initial", Printed(first, 3));
         Claim(run, "loss_final", Printed(last, 3));
         Claim(run, "reduction_percent", Rounded(100 * (first - last) / first, random));
       }},
      {"msr-cost-unexplained",
       [](Study& s, const TraceOptions& o, SplitMix64& random) {  // a promise that training can keep
         const double floor = Runtime(o) - o.epochs * o.eval_s;
         Claim(s.runs[1], "projected_s", Rounded(std::ceil(floor + 1), random),
               (Printed(Runtime(o), 0) + " s").c_str());
       }},
      {"msr-padding-counted",
       [](Study& s, const TraceOptions&, SplitMix64& random) {
         const int padding = Below(random, 100);
         s.runs[1].documents.ledger = {{"observed",
                                        {{"processed_tokens", 1000 + padding},
                                         {"padding_tokens", padding},
                                         {"target_tokens", 400}}}};
       }},
  };
}

}  // namespace

std::vector<RoundingCase> RoundingCases() {
  std::vector<RoundingCase> all = Settings();
  for (const auto& family : {Course(), Results()}) all.insert(all.end(), family.begin(), family.end());
  return all;
}

TraceOptions RandomTrace(SplitMix64& random) {
  TraceOptions o;
  o.rows = 100 + Below(random, 5000);
  o.batch = 1 + Below(random, 40);
  o.epochs = 1 + Below(random, 4);
  const int planned = StepsPerEpoch(o) * o.epochs;
  o.warmup = Below(random, planned / 3 + 1);
  o.logging_steps = 1 + Below(random, 50);
  o.print_steps = random.Below(2) == 0;
  o.rate_before_step = random.Below(2) == 0;
  o.epoch_decimals = 1 + Below(random, 4);
  o.rate_decimals = 4 + Below(random, 10);
  o.rate_per_s_decimals = 1 + Below(random, 4);
  o.step_s = (60 + 100 * random.Unit()) / planned;
  return o;
}

}  // namespace plumbline::audit
