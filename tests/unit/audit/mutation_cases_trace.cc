#include <algorithm>

#include "tests/unit/audit/mutation_cases.h"

namespace plumbline::audit {
namespace {

void Shape(Evidence& run) {
  run.model = "org/Llama-3.2-Korean-3B";
  Set(run, "lora.r", "16");
  Set(run, "lora.target_modules", "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj");
}

void Losses(Evidence& run, const char* train, const char* eval) {
  for (Point& point : run.log) point.values["loss"] = ReadingOf(train, "loss");
  for (Point& point : run.evaluations) point.values["eval_loss"] = ReadingOf(eval, "eval_loss");
}

// A run of 500 steps whose rates fall to zero at `end`.
void Schedule(Evidence& run, double end) {
  for (size_t i = 0; i < run.log.size(); ++i) {
    const double step = 10.0 * static_cast<double>(i + 1) - 1;
    run.log[i].values["learning_rate"] =
        ReadingOf(Printed(2e-5 * std::max(0.0, (end - step) / end), 14), "learning_rate");
  }
}

double Value(const char* text) { return ParseDecimal(text)->value; }

void Jump(Evidence& run, const char* loss_after) {
  for (size_t i = 0; i < run.log.size(); ++i) {
    const double x = static_cast<double>(i);
    run.log[i].clock_s = i < 20 ? 100 * x : 2000 + 50 * (x - 20);
    run.log[i].values["loss"] = ReadingOf(i < 21 ? "2.000" : loss_after, "loss");
  }
  run.evaluations.clear();
}

std::vector<Mutation> Settings() {
  return {
      {"cfg-cli-shadowed-by-file", "Claim", "was not in force although",
       [](Study& s, const char* v) {
         Set(s.runs[1], "training.gradient_accumulation_steps", "1", Layer::kCommandLine);
         Set(s.runs[1], "training.per_device_train_batch_size", "10", Layer::kCommandLine);
         Set(s.runs[1], "training.per_device_train_batch_size", "5", Layer::kClaimed);
         Set(s.runs[1], "training.gradient_accumulation_steps", v, Layer::kClaimed);
       },
       "2", nullptr, "4"},
      {"cfg-effective-batch-mismatch", "Batch", "is refuted",
       [](Study& s, const char* v) { Claimed(s.runs[1], "effective_batch", v); }, "10", nullptr, "12"},
      {"cfg-warmup-steps-shadows-ratio", "Tolerance", "were requested",
       [](Study& s, const char* v) {  // 50 requested, 2 % of 500 steps allowed
         TraceOptions o;
         o.warmup = static_cast<int>(Value(v));
         o.rate_decimals = 12;
         s.runs[1] = MakeTrace(o);
         Set(s.runs[1], "training.warmup_ratio", "0.1");
       },
       "60", nullptr, "62"},
      {"cfg-stop-rule-overrides-epochs", "Tenth", "max_steps",
       [](Study& s, const char* v) {  // 2 epochs of 250 steps, a tenth of one allowed
         Set(s.runs[1], "training.max_steps", v);
         Set(s.runs[1], "training.num_train_epochs", "2", Layer::kCommandLine);
       },
       "524", nullptr, "526"},
      {"cfg-flag-without-trace", "Rows", "augmentation 0.5 leaves no trace",
       [](Study& s, const char* v) {  // rows that the throughput does not confirm prove nothing
         Set(s.runs[1], "data.train_samples", v);
         Set(s.runs[1], "augmentation.enabled", "true");
         Set(s.runs[1], "augmentation.ratio", "0.5");
         Final(s.runs[1], "train_samples_per_second", "4.6");
       },
       "2456", nullptr, "2458"},
      {"data-sample-count-mismatch", "Train", "rows",
       [](Study& s, const char* v) { Set(s.runs[1], "data.train_samples", v); }, "2500", nullptr,
       "2502"},
      {"data-sample-count-mismatch", "Evaluation", "evaluation rows",  // 124.75 * [3.95, 4.05]
       [](Study& s, const char* v) { Set(s.runs[1], "data.eval_samples", v); }, "505", nullptr, "507"},
      {"adp-param-count-mismatch", "Lora", "trainable parameters",
       [](Study& s, const char* v) {
         Shape(s.runs[1]);
         Fact(s.runs[1], "trainable_params", v);
       },
       "24313856", nullptr, "24313858"},
      {"adp-scaling-mismatch", "Alpha", "in the run's settings and by",
       [](Study& s, const char* v) {
         Set(s.runs[1], "lora.r", "16");
         Set(s.runs[1], "lora.alpha", v);
         s.runs[1].documents.adapter_config = {{"r", 16}, {"lora_alpha", 32}};
       },
       "32", nullptr, "34"},
      {"cfg-launcher-disagrees", "Accumulation", "says",
       [](Study& s, const char* v) {
         Set(s.runs[1], "training.gradient_accumulation_steps", v, Layer::kLauncher);
       },
       "1", nullptr, "3"},
  };
}

std::vector<Mutation> Course() {
  return {
      {"opt-lr-never-decays", "Target", "reached its target",
       [](Study& s, const char* v) {
         TraceOptions o;
         o.warmup = 500;
         o.rate_decimals = 12;
         s.runs[1] = MakeTrace(o);
         Set(s.runs[1], "training.warmup_ratio", "0.1");
         Claimed(s.runs[1], "lr_target", v);
       },
       "2.000e-05", nullptr, "2.002e-05"},
      {"opt-lr-wrong-step-rate", "PerMicroBatch", "as if it were stepped per micro-batch",
       [](Study& s, const char* v) {  // a quarter of 500 steps, 2 % and one step allowed
         Set(s.runs[1], "training.gradient_accumulation_steps", "4");
         Schedule(s.runs[1], Value(v));
       },
       "129", nullptr, "127"},
      {"opt-accum-loss-not-normalised", "Ratio", "accumulation is 4",
       [](Study& s, const char* v) {  // 4 times, 15 % allowed
         Set(s.runs[1], "training.gradient_accumulation_steps", "4");
         Losses(s.runs[1], v, "1.000");
       },
       "4.601", nullptr, "4.599"},
      {"opt-seq2seq-accumulation-inflated", "Ratio", "4 times too large",
       [](Study& s, const char* v) {  // 0.6 of 4
         s.runs[1].documents.config = Bart();
         ByTrainer(s.runs[1]);
         Set(s.runs[1], "training.gradient_accumulation_steps", "4");
         Losses(s.runs[1], v, "1.000");
       },
       "2.399", nullptr, "2.401"},
      {"opt-step-plan-mismatch", "Steps", "plan 500 or 500",
       [](Study& s, const char* v) { Fact(s.runs[1], "state.global_step", v); }, "500", nullptr, "502"},
      {"opt-clip-saturated", "Norm", "max_grad_norm 1 (default)",
       [](Study& s, const char* v) {
         for (Point& point : s.runs[1].log) point.values["grad_norm"] = ReadingOf(v, "grad_norm");
       },
       "1.000", nullptr, "1.002"},
      {"opt-joint-change-point", "Loss", "jump together",
       [](Study& s, const char* v) { Jump(s.runs[1], v); }, "1.401", nullptr, "1.399"},
      {"opt-loss-gap-wrong-sign", "Gap", "over-fitting",
       [](Study& s, const char* v) {
         Claimed(s.runs[1], "overfitting", "1");
         Losses(s.runs[1], v, "1.000");
       },
       "1.100", nullptr, "1.102"},
      {"prc-skipped-steps-uncounted", "Updates", "of 500",
       [](Study& s, const char* v) { Fact(s.runs[1], "optimizer_updates", v); }, "495", nullptr,
       "493"},
  };
}

}  // namespace

std::vector<Mutation> TraceMutations() {
  std::vector<Mutation> all = Settings();
  for (Mutation& mutation : Course()) all.push_back(std::move(mutation));
  return all;
}

}  // namespace plumbline::audit
