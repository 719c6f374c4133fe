// Twenty fused AdamW steps against transformers and torch.optim: warm-up, decay groups, clipping,
// accumulation with global token normalisation, dropout 0; decoder-only rows have loss on the continuation alone.
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/train/optimizer.h"
#include "harness/train/schedule.h"
#include "tests/parity/ladder/checkpoints.h"
#include "tests/parity/ladder/rungs.h"

namespace plumbline {
namespace {

using testing::Checkpoint;

// Both sides run the same fused kernel in fp32; twenty steps amplify summation order.
constexpr double kLossRelativeTolerance = 1e-5;
constexpr double kNormRelativeTolerance = 1e-4;
constexpr double kWeightTolerance = 1e-4;

class Training : public ::testing::TestWithParam<Checkpoint> {
 protected:
  testing::TransformersGolden golden_{GetParam().first, GetParam().second};
  std::unique_ptr<models::Model> model_ = golden_.Load();
  Json training_ = golden_.expected.at("training");
  Json settings_ = training_.at("settings");
};

TEST_P(Training, TwentyOptimizerStepsEqualTransformers) {
  train::AdamWConfig config;
  config.weight_decay = settings_.at("weight_decay").get<double>();
  train::AdamW optimizer(model_->Parameters(), config);
  const auto found = testing::RunSteps(*model_, optimizer, training_,
                                       [](const Json& items) { return testing::Pack(GetParam(), items); });
  testing::ExpectStepsNear(found, testing::StepsOf(training_), kLossRelativeTolerance, kNormRelativeTolerance);
  size_t compared = 0;
  for (const auto& [name, value] : model_->Parameters()) {
    if (!golden_.Has("trained/" + name)) continue;
    ++compared;
    EXPECT_TRUE(testing::Near(name, value, golden_.Tensor("trained/" + name), kWeightTolerance));
  }
  EXPECT_EQ(compared, 1U);  // what the goldens keep
}

TEST_P(Training, TheLearningRatesAreTransformers) {
  const train::Schedule schedule = testing::ScheduleOf(training_);
  int64_t step = 0;
  for (const Json& golden : training_.at("steps")) {
    const double wanted = golden.at("learning_rate").get<double>();
    EXPECT_NEAR(train::LearningRateAt(schedule, step), wanted, 1e-15) << "step " << step;
    ++step;
  }
  EXPECT_EQ(step, 20);
}

TEST_P(Training, TheSameParametersDecay) {
  for (const auto& [name, value] : model_->Parameters()) {
    const Json& decayed = training_.at("decayed");
    const bool wanted = std::find(decayed.begin(), decayed.end(), name) != decayed.end();
    EXPECT_EQ(train::DecaysWeight(name), wanted) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Training, ::testing::ValuesIn(testing::Checkpoints()),
                         testing::NameOf);

}  // namespace
}  // namespace plumbline
