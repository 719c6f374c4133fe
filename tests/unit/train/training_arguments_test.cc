#include "harness/train/training_arguments.h"

#include <gtest/gtest.h>

#include "harness/train/accumulation.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

TrainingArguments Make(int64_t batch, int64_t accumulation) {
  TrainingArguments arguments;
  arguments.per_device_train_batch_size = batch;
  arguments.gradient_accumulation_steps = accumulation;
  return arguments;
}

TEST(TrainingPlan, RemainderOfAnEpochIsOneMoreStep) {
  // 10 rows in batches of 2: 5 micro-batches; by twos: 3 steps an epoch; 2.5 epochs: ceil(7.5) steps.
  TrainingArguments arguments = Make(2, 2);
  arguments.num_train_epochs = 2.5;
  const TrainingPlan plan = PlanOf(arguments, 10, 2);
  EXPECT_EQ(plan.micro_batches_per_epoch, 5);
  EXPECT_EQ(plan.steps_per_epoch, 3);
  EXPECT_EQ(plan.max_steps, 8);
  EXPECT_EQ(plan.num_train_epochs, 3);
  EXPECT_EQ(plan.num_train_samples, 25);
}

TEST(TrainingPlan, MaxStepsWinsOverEpochs) {
  TrainingArguments arguments = Make(4, 1);
  arguments.max_steps = 7;
  const TrainingPlan plan = PlanOf(arguments, 10, 1);  // 3 steps an epoch
  EXPECT_EQ(plan.max_steps, 7);
  EXPECT_EQ(plan.num_train_epochs, 3);
  EXPECT_EQ(plan.num_train_samples, 28);
}

TEST(TrainingPlan, AccumulationBeyondAnEpochStillTakesOneStep) {
  EXPECT_EQ(PlanOf(Make(4, 100), 10, 100).steps_per_epoch, 1);
}

TEST(TrainingPlan, FourfoldAccumulationQuartersTheSteps) {
  TrainingArguments arguments = Make(10, 1);
  arguments.num_train_epochs = 2;
  EXPECT_EQ(PlanOf(arguments, 2500, 1).max_steps, 500);
  EXPECT_EQ(PlanOf(arguments, 2500, 4).max_steps, 126);  // 250 micro-batches: 63 steps an epoch, not 62.5
}

TEST(TrainingArguments, DefaultsAreValid) { RequireValid(TrainingArguments()); }

TEST(TrainingArguments, ImpossibleCountsNameTheirKey) {
  EXPECT_ERROR(RequireValid(Make(0, 1)), ErrorKind::kUsage, "training.per_device_train_batch_size: found 0");
  EXPECT_ERROR(RequireValid(Make(1, 0)), ErrorKind::kUsage, "training.gradient_accumulation_steps: found 0");
  TrainingArguments arguments;
  arguments.lr_scheduler_type = "poly";
  EXPECT_ERROR(RequireValid(arguments), ErrorKind::kUsage, "'poly'");
  arguments = TrainingArguments();
  arguments.learning_rate = -1;
  EXPECT_ERROR(RequireValid(arguments), ErrorKind::kUsage, "training.learning_rate: found -1");
}

TEST(TrainingArguments, BestModelNeedsASaveAfterEachEvaluation) {
  TrainingArguments arguments;
  arguments.load_best_model_at_end = true;
  RequireValid(arguments);
  arguments.eval_steps = 5;
  EXPECT_ERROR(RequireValid(arguments), ErrorKind::kUsage, "eval_steps 5 and save_steps unset");
  arguments.save_steps = 7;
  EXPECT_ERROR(RequireValid(arguments), ErrorKind::kUsage, "save_steps 7");
  arguments.save_steps = 10;
  RequireValid(arguments);
}

TEST(TrainingArguments, MetricNameMayHaveItsPrefix) {
  TrainingArguments arguments;
  EXPECT_EQ(BestMetricKey(arguments), "eval_loss");
  arguments.metric_for_best_model = "eval_rouge1";
  EXPECT_EQ(BestMetricKey(arguments), "eval_rouge1");
}

TEST(LossNormalization, KnowsItsTwoNames) {
  EXPECT_EQ(LossNormalizationFrom("tokens"), LossNormalization::kTokens);
  EXPECT_EQ(LossNormalizationFrom("hf_seq2seq_bug"), LossNormalization::kHfSeq2SeqBug);
  EXPECT_ERROR(LossNormalizationFrom("mean"), ErrorKind::kUsage, "'mean'");
}

TEST(Accumulation, IsWhatTheArgumentsSayInAnyProgramWithoutThePlantedDefect) {
  EXPECT_EQ(MicroBatchesPerStep(Make(1, 1)), 1);
  EXPECT_EQ(MicroBatchesPerStep(Make(1, 7)), 7);
}

}  // namespace
}  // namespace plumbline::train
