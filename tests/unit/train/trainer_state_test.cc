#include "harness/train/trainer_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "harness/train/loop_state.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

TrainingArguments BestBy(const std::string& metric, int64_t patience) {
  TrainingArguments arguments;
  arguments.load_best_model_at_end = true;
  arguments.metric_for_best_model = metric;
  arguments.early_stopping_patience = patience;
  return arguments;
}

TEST(TrainerState, HasTheFieldsOfHuggingFacesFile) {
  const Json json = ToJson(StartingState(TrainingArguments(), {.max_steps = 8, .num_train_epochs = 3}));
  std::vector<std::string> keys;
  for (const auto& item : json.items()) keys.push_back(item.key());
  // Fields of transformers 5.23's dataclass TrainerState, sorted.
  EXPECT_THAT(keys, ::testing::ElementsAre(
                        "best_global_step", "best_metric", "best_model_checkpoint", "epoch", "eval_steps",
                        "global_step", "is_hyper_param_search", "is_local_process_zero", "is_world_process_zero",
                        "log_history", "logging_steps", "max_steps", "num_input_tokens_seen", "num_train_epochs",
                        "save_steps", "stateful_callbacks", "total_flos", "train_batch_size", "trial_name",
                        "trial_params"));
  EXPECT_TRUE(json["best_metric"].is_null());
  EXPECT_TRUE(json["best_model_checkpoint"].is_null());
  EXPECT_EQ(json["max_steps"], 8);
}

TEST(TrainerState, SurvivesItsFile) {
  TrainerState state = StartingState(BestBy("loss", 3), {.max_steps = 8, .num_train_epochs = 3});
  state.global_step = 4;
  state.epoch = 1.3333333333333333;
  AppendLog(state, {{"loss", 2.5}});
  TakeEvaluation(state, BestBy("loss", 3), {{"eval_loss", 2.0}});
  state.best_model_checkpoint = "out/checkpoint-4";
  state.early_stopping_patience_counter = 2;
  const Json json = ParseJson(DumpJson(ToJson(state)), "test");
  EXPECT_EQ(ToJson(TrainerStateFromJson(json)), ToJson(state));
  EXPECT_EQ(TrainerStateFromJson(json).early_stopping_patience_counter, 2);
}

TEST(TrainerState, MissingFieldIsNamed) {
  Json json = ToJson(TrainerState());
  json.erase("log_history");
  EXPECT_ERROR(TrainerStateFromJson(json), ErrorKind::kData, "log_history");
}

TEST(TrainerState, LogRowsCarryEpochAndStep) {
  TrainerState state;
  state.global_step = 10;
  state.epoch = 0.5;
  EXPECT_EQ(AppendLog(state, {{"loss", 1.0}}), (Json{{"loss", 1.0}, {"epoch", 0.5}, {"step", 10}}));
}

TEST(TrainerState, SmallerLossIsBetterAndLargerRougeIs) {
  TrainerState state;
  state.global_step = 1;
  TakeEvaluation(state, BestBy("loss", 9), {{"eval_loss", 2.0}});
  state.global_step = 2;
  TakeEvaluation(state, BestBy("loss", 9), {{"eval_loss", 2.5}});
  EXPECT_EQ(state.best_metric, 2.0);
  EXPECT_EQ(state.best_global_step, 1);
  state = TrainerState();
  state.global_step = 1;
  TakeEvaluation(state, BestBy("rouge1", 9), {{"eval_rouge1", 20.0}});
  state.global_step = 2;
  TakeEvaluation(state, BestBy("rouge1", 9), {{"eval_rouge1", 25.0}});
  EXPECT_EQ(state.best_global_step, 2);
}

TEST(TrainerState, PatienceCountsEvaluationsWithoutImprovementAndStartsAnew) {
  TrainerState state;
  const TrainingArguments arguments = BestBy("loss", 2);
  EXPECT_TRUE(TakeEvaluation(state, arguments, {{"eval_loss", 3.0}}));
  EXPECT_TRUE(TakeEvaluation(state, arguments, {{"eval_loss", 3.0}}));   // equal is no improvement
  EXPECT_TRUE(TakeEvaluation(state, arguments, {{"eval_loss", 2.0}}));
  EXPECT_TRUE(TakeEvaluation(state, arguments, {{"eval_loss", 2.1}}));
  EXPECT_FALSE(TakeEvaluation(state, arguments, {{"eval_loss", 2.2}}));
}

TEST(TrainerState, NothingIsTrackedUnlessWanted) {
  TrainerState state;
  EXPECT_TRUE(TakeEvaluation(state, TrainingArguments(), {{"eval_loss", 3.0}}));
  EXPECT_FALSE(state.best_metric.has_value());
}

TEST(TrainerState, MissingMetricListsTheMeasuredOnes) {
  TrainerState state;
  EXPECT_ERROR(TakeEvaluation(state, BestBy("rouge1", 1), {{"eval_loss", 3.0}, {"eval_runtime", 1.0}}),
               ErrorKind::kUsage, "one of eval_loss, eval_runtime");
}

TEST(TrainerState, MetricThatIsNoNumberStops) {
  TrainerState state;
  EXPECT_ERROR(TakeEvaluation(state, BestBy("loss", 1), {{"eval_loss", std::numeric_limits<double>::quiet_NaN()}}),
               ErrorKind::kNumeric, "NaN");
}

TEST(SpeedMetrics, RoundsAsTransformers) {
  EXPECT_EQ(SpeedMetrics("train", 3.0, 10, 7), (Json{{"train_runtime", 3.0},
                                                     {"train_samples_per_second", 3.333},
                                                     {"train_steps_per_second", 2.333}}));
  EXPECT_EQ(SpeedMetrics("eval", 0, 10, 7), (Json{{"eval_runtime", 0.0}}));
}

TEST(LoopState, SurvivesItsFileBitwise) {
  LoopState state;
  state.epoch = 2;
  state.update_step = 5;
  state.scheduler_step = 17;
  state.nonfinite_steps = 1;
  state.scaler = {.scale = 8192, .clean_steps = 17, .skips_in_a_row = 3};
  state.unlogged_steps = 10;
  state.unlogged_loss_sum = 0.1 + 0.2;
  state.total_loss_sum = 1e-300;
  state.step_losses = {1.0 / 3.0, 2.5};
  state.gradient_norms = {0.7, 1e10};
  state.times_trained = {2, 1, 2};
  state.generator_states = {{"cpu", "00ff"}};
  EXPECT_EQ(LoopStateFromJson(ParseJson(DumpJson(ToJson(state)), "test")), state);
}

TEST(LoopState, RowsOfAStepAreCounted) {
  std::vector<int64_t> times = {0, 0, 5};
  CountRows(std::vector<std::vector<int64_t>>{{2, 0}, {2}}, times);
  EXPECT_EQ(times, (std::vector<int64_t>{1, 0, 7}));
}

TEST(LoopState, BrokenNumberIsAnError) {
  Json json = ToJson(LoopState());
  json["total_loss_sum"] = "0x1.zp";
  EXPECT_ERROR(LoopStateFromJson(json), ErrorKind::kData, "0x1.zp");
  json.erase("total_loss_sum");
  EXPECT_ERROR(LoopStateFromJson(json), ErrorKind::kData, "total_loss_sum");
}

}  // namespace
}  // namespace plumbline::train
