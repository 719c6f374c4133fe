// The planned work of a training: transformers' arithmetic, from configuration and data sizes
// alone. Called before the first step, and by CONFIG_DRIFT to say what a changed key would do.
#ifndef PLUMBLINE_HARNESS_LEDGER_PLAN_H_
#define PLUMBLINE_HARNESS_LEDGER_PLAN_H_

#include <cstdint>
#include <string>

#include "harness/ledger/ledger.h"

namespace plumbline::ledger {

struct PlanInputs {
  int64_t train_rows = 0;
  int64_t per_device_train_batch_size = 1;
  int64_t world_size = 1;  // processes
  int64_t gradient_accumulation_steps = 1;
  double num_train_epochs = 1;
  int64_t max_steps = kUnknown;  // > 0: wins over epochs
  int64_t warmup_steps = 0;      // > 0: wins over the ratio
  double warmup_ratio = 0;
  std::string lr_scheduler_type = "linear";
  double learning_rate = 0;
};

// Fills every planned count and the schedule. Source: transformers 5.23 Trainer
// (set_initial_training_values, get_warmup_steps): micro-batches ceil(rows / batch); steps an epoch
// max(1, ceil(micro-batches / accumulation)), so a remainder is an extra step; steps max_steps or
// ceil(epochs x steps an epoch); warm-up ceil(steps x ratio). Errors: kUsage when batch or
// accumulation is not positive.
Declared PlanTraining(const PlanInputs& inputs);

// Micro-batches and examples that `steps` optimizer steps of this plan consume, epoch tails
// included.
int64_t MicroBatchesFor(const Declared& declared, int64_t steps);
int64_t ExamplesFor(const Declared& declared, int64_t steps);

// Learning rate in force at optimizer step `step` (0 first), transformers' formulas; 0 before the
// end is passed. Errors: kUsage for a type it does not know.
double LearningRateAt(const Schedule& schedule, int64_t step);

// "linear to 0, peak 5e-05, warm-up 50, 500 steps"
std::string Describe(const Schedule& schedule);

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_HARNESS_LEDGER_PLAN_H_
