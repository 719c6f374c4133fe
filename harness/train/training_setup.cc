#include "harness/train/training_setup.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "harness/base/error.h"

namespace plumbline::train {

SamplerSettings SamplerOf(const TrainingRows& rows, const TrainingArguments& arguments, int64_t accumulation) {
  return {.num_rows = rows.size(),
          .batch_size = RowsPerMicroBatch(arguments),
          .gradient_accumulation_steps = accumulation,
          .shuffle = arguments.shuffle,
          .group_by_length = arguments.group_by_length,
          .lengths = rows.source_lengths,
          .seed = arguments.seed};
}

AdamWConfig AdamWConfigOf(const TrainingArguments& arguments) {
  return {.beta1 = arguments.adam_beta1,
          .beta2 = arguments.adam_beta2,
          .epsilon = arguments.adam_epsilon,
          .weight_decay = arguments.weight_decay};
}

Schedule ScheduleOf(const TrainingArguments& arguments, int64_t total_steps) {
  return {.type = arguments.lr_scheduler_type,
          .learning_rate = arguments.learning_rate,
          .warmup_steps = ResolveWarmupSteps(arguments.warmup_steps, arguments.warmup_ratio, total_steps),
          .total_steps = total_steps};
}

void ApplyDeterminism(const TrainingArguments& arguments) {
  if (arguments.threads > 0) at::set_num_threads(static_cast<int>(arguments.threads));
  at::globalContext().setDeterministicAlgorithms(arguments.deterministic, /*warn_only=*/false);
  // Filling every fresh tensor with NaN is a debugging aid of that switch, not part of determinism.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}

bool IsDue(std::optional<int64_t> interval, int64_t step, bool is_last) {
  return interval && (step % *interval == 0 || is_last);
}

void RequireTrainable(const TrainingRows& rows, const TrainingArguments& arguments, bool evaluates) {
  RequireValid(arguments);
  if (rows.size() == 0) {
    Fail(ErrorKind::kData, "training", "no row", "at least one", "another data.train");
  }
  if (arguments.load_best_model_at_end && (arguments.output_dir.empty() || !evaluates)) {
    Fail(ErrorKind::kUsage, "planning training.load_best_model_at_end",
         arguments.output_dir.empty() ? "no output directory" : "no evaluation", "both", "setting data.validation");
  }
}

}  // namespace plumbline::train
