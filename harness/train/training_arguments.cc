#include "harness/train/training_arguments.h"

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/train/schedule.h"

namespace plumbline::train {
namespace {

void RequireAtLeastOne(const char* key, std::optional<int64_t> value) {
  if (!value.has_value() || *value >= 1) return;
  Fail(ErrorKind::kUsage, std::string("reading training.") + key, std::to_string(*value), "at least 1",
       "leaving it out");
}

void RequireNotNegative(const char* key, double value) {
  if (std::isfinite(value) && value >= 0) return;
  Fail(ErrorKind::kUsage, std::string("reading training.") + key, ShortestDecimal(value), "a number from 0",
       "its default");
}

// The best checkpoint can only be kept when every evaluation that may find it is followed by a save.
void RequireSavesAfterEvaluations(const TrainingArguments& arguments) {
  if (!arguments.load_best_model_at_end) return;
  const bool both_by_epoch = !arguments.eval_steps && !arguments.save_steps;
  const bool both_by_step =
      arguments.eval_steps && arguments.save_steps && *arguments.save_steps % *arguments.eval_steps == 0;
  if (both_by_epoch || both_by_step) return;
  const auto text = [](std::optional<int64_t> steps) { return steps ? std::to_string(*steps) : "unset"; };
  Fail(ErrorKind::kUsage, "planning training.load_best_model_at_end",
       "eval_steps " + text(arguments.eval_steps) + " and save_steps " + text(arguments.save_steps),
       "both unset, or save_steps a multiple of eval_steps", "the same value for both");
}

}  // namespace

std::string_view NameOf(ComputeType type) {
  if (type == ComputeType::kFloat16) return "float16";
  return type == ComputeType::kBFloat16 ? "bfloat16" : "float32";
}

LossNormalization LossNormalizationFrom(const std::string& text) {
  if (text == "tokens") return LossNormalization::kTokens;
  if (text == "hf_seq2seq_bug") return LossNormalization::kHfSeq2SeqBug;
  Fail(ErrorKind::kUsage, "choosing training.loss_normalization", Quoted(text), "tokens or hf_seq2seq_bug",
       "tokens");
}

LossNormalization NormalizationInForce(const TrainingArguments& arguments, bool is_encoder_decoder) {
  const bool shows_the_bug = is_encoder_decoder && arguments.label_smoothing_factor == 0;
  return shows_the_bug ? arguments.loss_normalization : LossNormalization::kTokens;
}

std::string NameOf(LossNormalization normalization) {
  return normalization == LossNormalization::kTokens ? "tokens" : "hf_seq2seq_bug";
}

int64_t RowsPerMicroBatch(const TrainingArguments& arguments) {
  return arguments.per_device_train_batch_size * arguments.world_size;
}

void RequireValid(const TrainingArguments& arguments) {
  RequireAtLeastOne("per_device_train_batch_size", arguments.per_device_train_batch_size);
  RequireAtLeastOne("gradient_accumulation_steps", arguments.gradient_accumulation_steps);
  RequireAtLeastOne("logging_steps", arguments.logging_steps);
  RequireAtLeastOne("eval_steps", arguments.eval_steps);
  RequireAtLeastOne("save_steps", arguments.save_steps);
  RequireAtLeastOne("save_total_limit", arguments.save_total_limit);
  RequireAtLeastOne("early_stopping_patience", arguments.early_stopping_patience);
  RequireNotNegative("learning_rate", arguments.learning_rate);
  RequireNotNegative("max_grad_norm", arguments.max_grad_norm);
  RequireNotNegative("weight_decay", arguments.weight_decay);
  RequireNotNegative("num_train_epochs", arguments.num_train_epochs);
  LearningRateAt({.type = arguments.lr_scheduler_type}, 0);
  RequireSavesAfterEvaluations(arguments);
}

std::string BestMetricKey(const TrainingArguments& arguments) {
  const std::string& metric = arguments.metric_for_best_model;
  return metric.starts_with("eval_") ? metric : "eval_" + metric;
}

TrainingPlan PlanOf(const TrainingArguments& arguments, int64_t num_rows, int64_t micro_batches_per_step) {
  const auto ceil_ratio = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
  TrainingPlan plan;
  plan.micro_batches_per_epoch = ceil_ratio(num_rows, RowsPerMicroBatch(arguments));
  plan.steps_per_epoch = std::max<int64_t>(1, ceil_ratio(plan.micro_batches_per_epoch, micro_batches_per_step));
  if (arguments.max_steps > 0) {
    plan.max_steps = arguments.max_steps;
    plan.num_train_epochs = ceil_ratio(plan.max_steps, plan.steps_per_epoch);
    plan.num_train_samples =
        static_cast<double>(plan.max_steps * RowsPerMicroBatch(arguments) * micro_batches_per_step);
    return plan;
  }
  plan.max_steps = static_cast<int64_t>(
      std::ceil(arguments.num_train_epochs * static_cast<double>(plan.steps_per_epoch)));
  plan.num_train_epochs = static_cast<int64_t>(std::ceil(arguments.num_train_epochs));
  plan.num_train_samples = static_cast<double>(num_rows) * arguments.num_train_epochs;
  return plan;
}

}  // namespace plumbline::train
