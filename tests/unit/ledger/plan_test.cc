#include "harness/ledger/plan.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::ledger {
namespace {

PlanInputs Inputs(int64_t rows, int64_t batch, int64_t accumulation, double epochs) {
  PlanInputs inputs;
  inputs.train_rows = rows;
  inputs.per_device_train_batch_size = batch;
  inputs.gradient_accumulation_steps = accumulation;
  inputs.num_train_epochs = epochs;
  return inputs;
}

TEST(PlanTraining, TheExperimentReportsRunPlansFiveHundredSteps) {
  const Declared plan = PlanTraining(Inputs(2500, 10, 1, 2));
  EXPECT_EQ(plan.micro_batches_per_epoch, 250);
  EXPECT_EQ(plan.optimizer_steps, 500);
}

TEST(PlanTraining, AccumulationOfTenDividesTheStepsByTen) {
  EXPECT_EQ(PlanTraining(Inputs(2500, 10, 10, 2)).optimizer_steps, 50);
}

TEST(PlanTraining, RemainderOfAnEpochIsAnExtraStep) {
  // 11 rows in batches of 2: 6 micro-batches; accumulation 4: 4 + 2, so 2 steps an epoch.
  const Declared plan = PlanTraining(Inputs(11, 2, 4, 3));
  EXPECT_EQ(plan.micro_batches_per_epoch, 6);
  EXPECT_EQ(plan.steps_per_epoch, 2);
  EXPECT_EQ(plan.optimizer_steps, 6);
}

TEST(PlanTraining, AccumulationAboveTheEpochStillMakesOneStep) {
  EXPECT_EQ(PlanTraining(Inputs(4, 2, 100, 3)).optimizer_steps, 3);
}

TEST(PlanTraining, FractionOfAnEpochRoundsUp) {
  EXPECT_EQ(PlanTraining(Inputs(10, 2, 1, 1.5)).optimizer_steps, 8);  // 7.5
}

TEST(PlanTraining, MaxStepsWinsOverEpochs) {
  PlanInputs inputs = Inputs(10, 2, 1, 2);
  inputs.max_steps = 3;
  EXPECT_EQ(PlanTraining(inputs).optimizer_steps, 3);
}

TEST(PlanTraining, WarmupRatioRoundsUpAndStepsWinOverIt) {
  PlanInputs inputs = Inputs(2500, 10, 1, 2);
  inputs.warmup_ratio = 0.1001;
  EXPECT_EQ(PlanTraining(inputs).schedule.warmup_steps, 51);
  inputs.warmup_steps = 7;
  EXPECT_EQ(PlanTraining(inputs).schedule.warmup_steps, 7);
}

TEST(PlanTraining, ZeroAccumulationIsRefusedByItsKey) {
  EXPECT_ERROR(PlanTraining(Inputs(10, 2, 0, 1)), ErrorKind::kUsage,
               "training.gradient_accumulation_steps");
}

TEST(MicroBatchesFor, CountsWholeEpochsAndTheStepsOfABrokenOne) {
  const Declared plan =
      PlanTraining(Inputs(11, 2, 4, 3));  // epochs of 6 micro-batches in steps of 4 and 2
  EXPECT_EQ(MicroBatchesFor(plan, 0), 0);
  EXPECT_EQ(MicroBatchesFor(plan, 1), 4);
  EXPECT_EQ(MicroBatchesFor(plan, 2), 6);
  EXPECT_EQ(MicroBatchesFor(plan, 3), 10);
}

TEST(ExamplesFor, LastBatchOfAnEpochIsShort) {
  const Declared plan = PlanTraining(Inputs(11, 2, 4, 3));
  EXPECT_EQ(ExamplesFor(plan, 1), 8);
  EXPECT_EQ(ExamplesFor(plan, 2), 11);
  EXPECT_EQ(ExamplesFor(plan, 3), 19);
}

TEST(LearningRateAt, LinearRisesFromZeroAndFallsToZero) {
  const Schedule schedule{"linear", 1.0, 2, 6};
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 0), 0);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 1), 0.5);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 2), 1);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 4), 0.5);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 6), 0);
}

TEST(LearningRateAt, CosineIsHalfAtHalf) {
  const Schedule schedule{"cosine", 2.0, 0, 10};
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 0), 2);
  EXPECT_NEAR(LearningRateAt(schedule, 5), 1, 1e-15);
  EXPECT_NEAR(LearningRateAt(schedule, 10), 0, 1e-15);
}

TEST(LearningRateAt, RestartsEndAtZero) {
  const Schedule schedule{"cosine_with_restarts", 2.0, 0, 10};
  EXPECT_NEAR(LearningRateAt(schedule, 5), 1, 1e-15);
  EXPECT_EQ(LearningRateAt(schedule, 10), 0);
}

TEST(LearningRateAt, ConstantHasNoWarmupAndItsTwinHas) {
  EXPECT_EQ(LearningRateAt({"constant", 3.0, 4, 10}, 0), 3.0);
  EXPECT_EQ(LearningRateAt({"constant_with_warmup", 4.0, 4, 10}, 1), 1.0);
  EXPECT_EQ(LearningRateAt({"constant_with_warmup", 4.0, 4, 10}, 9), 4.0);
}

TEST(LearningRateAt, UnknownTypeIsRefused) {
  EXPECT_ERROR(LearningRateAt({"linaer", 1.0, 0, 10}, 5), ErrorKind::kUsage, "'linaer'");
}

}  // namespace
}  // namespace plumbline::ledger
