#include "harness/train/schedule.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

Schedule Make(const std::string& type, int64_t warmup_steps, int64_t total_steps) {
  return {.type = type, .learning_rate = 1.0, .warmup_steps = warmup_steps, .total_steps = total_steps};
}

TEST(Schedule, LinearFallsToZeroAtTheLastStep) {
  const Schedule schedule = Make("linear", 0, 4);
  EXPECT_EQ(LearningRateAt(schedule, 0), 1.0);
  EXPECT_EQ(LearningRateAt(schedule, 1), 0.75);
  EXPECT_EQ(LearningRateAt(schedule, 3), 0.25);
  EXPECT_EQ(LearningRateAt(schedule, 4), 0.0);
  EXPECT_EQ(LearningRateAt(schedule, 9), 0.0);
}

TEST(Schedule, FirstUpdateOfAWarmUpHasRateZero) {
  for (const char* type : {"linear", "cosine", "constant_with_warmup"}) {
    EXPECT_EQ(LearningRateAt(Make(type, 4, 12), 0), 0.0) << type;
    EXPECT_EQ(LearningRateAt(Make(type, 4, 12), 1), 0.25) << type;
    EXPECT_EQ(LearningRateAt(Make(type, 4, 12), 4), 1.0) << type;
  }
}

TEST(Schedule, LinearAfterWarmUpFallsOverTheRemainingSteps) {
  EXPECT_EQ(LearningRateAt(Make("linear", 4, 12), 6), 0.75);
  EXPECT_EQ(LearningRateAt(Make("linear", 4, 12), 10), 0.25);
}

TEST(Schedule, CosineIsHalfAtTheMiddle) {
  EXPECT_EQ(LearningRateAt(Make("cosine", 0, 8), 0), 1.0);
  EXPECT_NEAR(LearningRateAt(Make("cosine", 0, 8), 2), 0.8535533905932737, 1e-15);  // (1 + 1/sqrt 2) / 2
  EXPECT_NEAR(LearningRateAt(Make("cosine", 0, 8), 4), 0.5, 1e-15);
  EXPECT_NEAR(LearningRateAt(Make("cosine", 0, 8), 8), 0.0, 1e-15);
  EXPECT_NEAR(LearningRateAt(Make("cosine", 2, 10), 6), 0.5, 1e-15);
}

TEST(Schedule, ConstantIgnoresWarmUp) {
  EXPECT_EQ(LearningRateAt(Make("constant", 4, 12), 0), 1.0);
  EXPECT_EQ(LearningRateAt(Make("constant_with_warmup", 4, 12), 11), 1.0);
}

TEST(Schedule, BaseRateScalesTheFactor) {
  Schedule schedule = Make("linear", 0, 4);
  schedule.learning_rate = 8e-4;
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 1), 6e-4);
}

TEST(Schedule, WarmUpLongerThanTheRunNeverReachesTheBaseRate) {
  EXPECT_EQ(LearningRateAt(Make("linear", 8, 4), 4), 0.5);
}

TEST(Schedule, UnknownTypeNamesTheNearestOne) {
  EXPECT_ERROR(LearningRateAt(Make("cosin", 0, 4), 0), ErrorKind::kUsage, "try cosine");
}

TEST(Schedule, RatioOfWarmUpIsRoundedUp) {
  EXPECT_EQ(ResolveWarmupSteps(0, 0.1, 101), 11);
  EXPECT_EQ(ResolveWarmupSteps(0, 0.1, 100), 10);
  EXPECT_EQ(ResolveWarmupSteps(0, 0.0, 100), 0);
  EXPECT_EQ(ResolveWarmupSteps(7, 0.1, 100), 7);
}

}  // namespace
}  // namespace plumbline::train
