#include "harness/train/trainer_state.h"

#include <cmath>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::train {
namespace {

constexpr int64_t kUnusedInterval = 500;  // TrainingArguments' default, what transformers writes then
constexpr const char* kEarlyStopping = "EarlyStoppingCallback";
constexpr const char* kCounter = "early_stopping_patience_counter";
constexpr const char* kPatience = "early_stopping_patience";

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

template <typename T>
std::optional<T> OptionalAt(const Json& json, const char* key) {
  const Json& value = json.at(key);
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

double Rounded(double value, double scale) { return std::nearbyint(value * scale) / scale; }

Json CallbacksOf(const TrainerState& state) {
  Json control = {{"args", {{"should_epoch_stop", false},
                            {"should_evaluate", false},
                            {"should_log", false},
                            {"should_save", true},
                            {"should_training_stop", state.global_step >= state.max_steps}}},
                  {"attributes", Json::object()}};
  Json callbacks = {{"TrainerControl", std::move(control)}};
  if (state.early_stopping_patience) {
    callbacks[kEarlyStopping] = {
        {"args", {{kPatience, *state.early_stopping_patience}, {"early_stopping_threshold", 0.0}}},
        {"attributes", {{kCounter, state.early_stopping_patience_counter}}}};
  }
  return callbacks;
}

void ReadEarlyStopping(const Json& callbacks, TrainerState& state) {
  if (!callbacks.contains(kEarlyStopping)) return;
  const Json& callback = callbacks.at(kEarlyStopping);
  state.early_stopping_patience = callback.at("args").at(kPatience).get<int64_t>();
  state.early_stopping_patience_counter = callback.at("attributes").at(kCounter).get<int64_t>();
}

double MetricOf(const Json& metrics, const std::string& key) {
  if (!metrics.contains(key)) {
    std::string known;
    for (const auto& item : metrics.items()) known += (known.empty() ? "" : ", ") + item.key();
    Fail(ErrorKind::kUsage, "reading training.metric_for_best_model", Quoted(key) + " not measured",
         "one of " + known, "loss");
  }
  const double value = metrics.at(key).get<double>();
  if (!std::isfinite(value)) {
    Fail(ErrorKind::kNumeric, "evaluating " + Quoted(key), ShortestDecimal(value), "a finite number",
         "a lower learning rate");
  }
  return value;
}

}  // namespace

Json ToJson(const TrainerState& state) {
  return {{"best_global_step", OrNull(state.best_global_step)},
          {"best_metric", OrNull(state.best_metric)},
          {"best_model_checkpoint",
           state.best_model_checkpoint.empty() ? Json() : Json(state.best_model_checkpoint)},
          {"epoch", state.epoch},
          {"eval_steps", state.eval_steps},
          {"global_step", state.global_step},
          {"is_hyper_param_search", false},
          {"is_local_process_zero", true},
          {"is_world_process_zero", true},
          {"log_history", state.log_history},
          {"logging_steps", state.logging_steps},
          {"max_steps", state.max_steps},
          {"num_input_tokens_seen", state.num_input_tokens_seen},
          {"num_train_epochs", state.num_train_epochs},
          {"save_steps", state.save_steps},
          {"stateful_callbacks", CallbacksOf(state)},
          {"total_flos", state.total_flos},
          {"train_batch_size", state.train_batch_size},
          {"trial_name", nullptr},
          {"trial_params", nullptr}};
}

TrainerState TrainerStateFromJson(const Json& json) {
  try {
    TrainerState state;
    state.best_global_step = OptionalAt<int64_t>(json, "best_global_step");
    state.best_metric = OptionalAt<double>(json, "best_metric");
    state.best_model_checkpoint = OptionalAt<std::string>(json, "best_model_checkpoint").value_or("");
    state.epoch = json.at("epoch").get<double>();
    state.eval_steps = json.at("eval_steps").get<int64_t>();
    state.global_step = json.at("global_step").get<int64_t>();
    state.log_history = json.at("log_history");
    state.logging_steps = json.at("logging_steps").get<int64_t>();
    state.max_steps = json.at("max_steps").get<int64_t>();
    state.num_input_tokens_seen = json.at("num_input_tokens_seen").get<int64_t>();
    state.num_train_epochs = json.at("num_train_epochs").get<int64_t>();
    state.save_steps = json.at("save_steps").get<int64_t>();
    state.total_flos = json.at("total_flos").get<double>();
    state.train_batch_size = json.at("train_batch_size").get<int64_t>();
    ReadEarlyStopping(json.at("stateful_callbacks"), state);
    return state;
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kData, "reading a trainer_state.json", error.what(), "HuggingFace's TrainerState",
         "the file as it was written");
  }
}

TrainerState StartingState(const TrainingArguments& arguments, const TrainingPlan& plan) {
  TrainerState state;
  state.max_steps = plan.max_steps;
  state.num_train_epochs = plan.num_train_epochs;
  state.logging_steps = arguments.logging_steps;
  state.eval_steps = arguments.eval_steps.value_or(kUnusedInterval);
  state.save_steps = arguments.save_steps.value_or(kUnusedInterval);
  state.train_batch_size = arguments.per_device_train_batch_size;
  state.early_stopping_patience = arguments.early_stopping_patience;
  return state;
}

const Json& AppendLog(TrainerState& state, Json row) {
  row["epoch"] = state.epoch;
  row["step"] = state.global_step;
  state.log_history.push_back(std::move(row));
  return state.log_history.back();
}

bool TakeEvaluation(TrainerState& state, const TrainingArguments& arguments, const Json& metrics) {
  const bool wanted = arguments.load_best_model_at_end || arguments.early_stopping_patience.has_value();
  if (!wanted) return true;
  const std::string key = BestMetricKey(arguments);
  const double value = MetricOf(metrics, key);
  const bool smaller_is_better = key.ends_with("loss");
  const bool better =
      !state.best_metric || (smaller_is_better ? value < *state.best_metric : value > *state.best_metric);
  state.early_stopping_patience_counter = better ? 0 : state.early_stopping_patience_counter + 1;
  if (better) {
    state.best_metric = value;
    state.best_global_step = state.global_step;
  }
  return !arguments.early_stopping_patience ||
         state.early_stopping_patience_counter < *arguments.early_stopping_patience;
}

Json SpeedMetrics(const std::string& split, double runtime_s, double num_samples, double num_steps) {
  Json metrics = {{split + "_runtime", Rounded(runtime_s, 1e4)}};
  if (runtime_s <= 0) return metrics;
  metrics[split + "_samples_per_second"] = Rounded(num_samples / runtime_s, 1e3);
  metrics[split + "_steps_per_second"] = Rounded(num_steps / runtime_s, 1e3);
  return metrics;
}

}  // namespace plumbline::train
