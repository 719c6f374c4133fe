#include "tests/unit/audit/tier1_cases.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {

namespace {

// The decaying schedule of another length: rates of `length` steps in a run of 500.
void Schedule(Evidence& run, double length) {
  for (size_t i = 0; i < run.log.size(); ++i) {
    const double step = 10.0 * static_cast<double>(i + 1) - 1;
    run.log[i].values["learning_rate"] =
        ReadingOf(Printed(2e-5 * std::max(0.0, (length - step) / length), 12), "learning_rate");
  }
}

// transformers' cosine: half a wave down to zero at `length`, and up again behind it.
void Cosine(Evidence& run, double length) {
  Set(run, "training.lr_scheduler_type", "cosine");
  for (size_t i = 0; i < run.log.size(); ++i) {
    const double step = 10.0 * static_cast<double>(i + 1) - 1;
    const double rate = 1e-5 * (1 + std::cos(std::numbers::pi * step / length));
    run.log[i].values["learning_rate"] = ReadingOf(Printed(rate, 12), "learning_rate");
  }
}

}  // namespace

std::vector<Case> CourseCases() {
  return {
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
      {"opt-lr-wrong-step-rate", "OverEarly",
       [](Evidence& run) { Schedule(run, 300); },  // nobody's unit of work
       [](Evidence& run) { Schedule(run, 500); }, "over at step 310 of 500: the rest is trained"},
      {"opt-lr-wrong-step-rate", "CosineRises",
       [](Evidence& run) { Cosine(run, 250); },
       [](Evidence& run) { Cosine(run, 500); }, "the rate rises again behind it"},
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
      {"prc-bnb-compute-fp32", "OnAGpu",
       [](Evidence& run) {
         Set(run, "quantization.load_in_4bit", "true");
         Set(run, "runtime.device", "cuda");
       },
       [](Evidence& run) {
         Set(run, "quantization.load_in_4bit", "true");
         Set(run, "runtime.device", "cpu");
       },
       "compute in fp32"},
  };
}

}  // namespace plumbline::audit
