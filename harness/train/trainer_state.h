// HuggingFace's TrainerState: log_history, the best metric, the step counts, as its tools read them
// (trainer_state.json). Written by the trainer; knows no tensor.
// Source: transformers 5.23, trainer_callback.TrainerState, Trainer.log, EarlyStoppingCallback.
#ifndef PLUMBLINE_HARNESS_TRAIN_TRAINER_STATE_H_
#define PLUMBLINE_HARNESS_TRAIN_TRAINER_STATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/json.h"
#include "harness/train/training_arguments.h"

namespace plumbline::train {

struct TrainerState {
  double epoch = 0;
  int64_t global_step = 0;
  int64_t max_steps = 0;
  int64_t logging_steps = 0;
  int64_t eval_steps = 0;  // 500, transformers' default, where evaluation goes by epochs; the same for save_steps
  int64_t save_steps = 0;
  int64_t train_batch_size = 0;
  int64_t num_train_epochs = 0;
  int64_t num_input_tokens_seen = 0;
  double total_flos = 0;
  Json log_history = Json::array();
  std::optional<double> best_metric;
  std::optional<int64_t> best_global_step;
  std::string best_model_checkpoint;  // empty: null
  // EarlyStoppingCallback's counter, in stateful_callbacks.
  std::optional<int64_t> early_stopping_patience;
  int64_t early_stopping_patience_counter = 0;
};

Json ToJson(const TrainerState& state);
// Errors: kData when a field is missing or of the wrong type.
TrainerState TrainerStateFromJson(const Json& json);

// The state at step 0.
TrainerState StartingState(const TrainingArguments& arguments, const TrainingPlan& plan);

// Appends `row` with the epoch and step of now and returns it.
const Json& AppendLog(TrainerState& state, Json row);

// Takes the metrics of an evaluation: counts patience and moves best_metric, where the best checkpoint or early
// stopping is wanted. Returns whether training may go on. Errors: kUsage when metric_for_best_model is wanted and not
// among them; kNumeric when it is not finite.
bool TakeEvaluation(TrainerState& state, const TrainingArguments& arguments, const Json& metrics);

// {SPLIT_runtime, SPLIT_samples_per_second, SPLIT_steps_per_second}, rounded as transformers' speed_metrics does.
Json SpeedMetrics(const std::string& split, double runtime_s, double num_samples, double num_steps);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_TRAINER_STATE_H_
