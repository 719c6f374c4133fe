// From arguments to the parts of the training loop. Used by the trainer.
#ifndef PLUMBLINE_HARNESS_TRAIN_TRAINING_SETUP_H_
#define PLUMBLINE_HARNESS_TRAIN_TRAINING_SETUP_H_

#include <cstdint>
#include <optional>

#include "harness/train/gradient_window.h"
#include "harness/train/optimizer.h"
#include "harness/train/sampler.h"
#include "harness/train/schedule.h"
#include "harness/train/training_arguments.h"

namespace plumbline::train {

// Its batches are the micro-batches of all processes together.
SamplerSettings SamplerOf(const TrainingRows& rows, const TrainingArguments& arguments, int64_t accumulation);

AdamWConfig AdamWConfigOf(const TrainingArguments& arguments);

Schedule ScheduleOf(const TrainingArguments& arguments, int64_t total_steps);

// Sets the library's threads and determinism for this process.
void ApplyDeterminism(const TrainingArguments& arguments);

// An event of every `interval` steps is due, and once more after the last one.
bool IsDue(std::optional<int64_t> interval, int64_t step, bool is_last);

// Errors: kUsage as RequireValid, and for load_best_model_at_end without output directory or evaluation; kData for no
// row.
void RequireTrainable(const TrainingRows& rows, const TrainingArguments& arguments, bool evaluates);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_TRAINING_SETUP_H_
