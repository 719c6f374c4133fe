#include "harness/ledger/plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::ledger {
namespace {

int64_t CeilDiv(int64_t numerator, int64_t denominator) {
  return (numerator + denominator - 1) / denominator;
}

void RequirePositive(const char* key, int64_t value) {
  if (value > 0) return;
  Fail(ErrorKind::kUsage, std::string("planning the training: ") + key, std::to_string(value),
       "1 or more", "setting it");
}

// Rising part shared by all schedules with warm-up; W steps, the first has rate 0.
double WarmupFactor(const Schedule& schedule, int64_t step) {
  return static_cast<double>(step) /
         static_cast<double>(std::max<int64_t>(1, schedule.warmup_steps));
}

double Progress(const Schedule& schedule, int64_t step) {
  const int64_t decay_steps = std::max<int64_t>(1, schedule.total_steps - schedule.warmup_steps);
  return static_cast<double>(step - schedule.warmup_steps) / static_cast<double>(decay_steps);
}

double LinearFactor(const Schedule& schedule, int64_t step) {
  const int64_t decay_steps = std::max<int64_t>(1, schedule.total_steps - schedule.warmup_steps);
  return std::max(
      0.0, static_cast<double>(schedule.total_steps - step) / static_cast<double>(decay_steps));
}

// num_cycles 0.5: half a wave.
double CosineFactor(const Schedule& schedule, int64_t step) {
  return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * Progress(schedule, step))));
}

// num_cycles 1.
double RestartFactor(const Schedule& schedule, int64_t step) {
  const double progress = Progress(schedule, step);
  if (progress >= 1.0) return 0;
  return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * std::fmod(progress, 1.0))));
}

}  // namespace

Declared PlanTraining(const PlanInputs& inputs) {
  RequirePositive("training.per_device_train_batch_size", inputs.per_device_train_batch_size);
  RequirePositive("training.gradient_accumulation_steps", inputs.gradient_accumulation_steps);
  Declared plan;
  plan.train_rows = inputs.train_rows;
  plan.per_device_train_batch_size = inputs.per_device_train_batch_size;
  plan.world_size = inputs.world_size;
  plan.gradient_accumulation_steps = inputs.gradient_accumulation_steps;
  plan.num_train_epochs = inputs.num_train_epochs;
  plan.max_steps = inputs.max_steps > 0 ? inputs.max_steps : kUnknown;
  plan.micro_batches_per_epoch =
      CeilDiv(inputs.train_rows, inputs.per_device_train_batch_size * inputs.world_size);
  plan.steps_per_epoch = std::max<int64_t>(
      1, CeilDiv(plan.micro_batches_per_epoch, inputs.gradient_accumulation_steps));
  const double steps =
      std::ceil(inputs.num_train_epochs * static_cast<double>(plan.steps_per_epoch));
  plan.optimizer_steps = inputs.max_steps > 0 ? inputs.max_steps : static_cast<int64_t>(steps);
  if (inputs.train_rows == 0) plan.optimizer_steps = 0;
  const double ratio_steps =
      std::ceil(static_cast<double>(plan.optimizer_steps) * inputs.warmup_ratio);
  plan.schedule.type = inputs.lr_scheduler_type;
  plan.schedule.peak = inputs.learning_rate;
  plan.schedule.warmup_steps =
      inputs.warmup_steps > 0 ? inputs.warmup_steps : static_cast<int64_t>(ratio_steps);
  plan.schedule.total_steps = plan.optimizer_steps;
  return plan;
}

int64_t MicroBatchesFor(const Declared& declared, int64_t steps) {
  const int64_t epochs = steps / declared.steps_per_epoch;
  const int64_t rest = steps % declared.steps_per_epoch;
  const int64_t tail =
      std::min(declared.micro_batches_per_epoch, rest * declared.gradient_accumulation_steps);
  return epochs * declared.micro_batches_per_epoch + tail;
}

int64_t ExamplesFor(const Declared& declared, int64_t steps) {
  const int64_t epochs = steps / declared.steps_per_epoch;
  const int64_t rest = steps % declared.steps_per_epoch;
  const int64_t per_step =
      declared.gradient_accumulation_steps * declared.per_device_train_batch_size * declared.world_size;
  return epochs * declared.train_rows + std::min(declared.train_rows, rest * per_step);
}

double LearningRateAt(const Schedule& schedule, int64_t step) {
  if (schedule.type == "constant") return schedule.peak;
  if (step < schedule.warmup_steps) return schedule.peak * WarmupFactor(schedule, step);
  if (schedule.type == "constant_with_warmup") return schedule.peak;
  if (schedule.type == "linear") return schedule.peak * LinearFactor(schedule, step);
  if (schedule.type == "cosine") return schedule.peak * CosineFactor(schedule, step);
  if (schedule.type == "cosine_with_restarts") return schedule.peak * RestartFactor(schedule, step);
  Fail(ErrorKind::kUsage, "planning training.lr_scheduler_type", Quoted(schedule.type),
       "linear, cosine, cosine_with_restarts, constant or constant_with_warmup", "one of these");
}

std::string Describe(const Schedule& schedule) {
  return schedule.type + ", peak " + ShortestDecimal(schedule.peak) + ", warm-up " +
         std::to_string(schedule.warmup_steps) + ", " + std::to_string(schedule.total_steps) +
         " steps";
}

}  // namespace plumbline::ledger
