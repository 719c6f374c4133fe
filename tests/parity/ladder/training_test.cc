// Twenty fused AdamW steps against transformers and torch.optim: warm-up, decay groups, clipping,
// accumulation with global token normalisation, dropout 0; decoder-only rows have loss on the continuation alone.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/train/optimizer.h"
#include "harness/train/schedule.h"
#include "tests/parity/ladder/checkpoints.h"

namespace plumbline {
namespace {

using testing::Checkpoint;

// Both sides run the same fused kernel in fp32; twenty steps amplify summation order.
constexpr double kLossRelativeTolerance = 1e-5;
constexpr double kNormRelativeTolerance = 1e-4;
constexpr double kWeightTolerance = 1e-4;

struct StepResult {
  double loss = 0, norm = 0;
};

class Training : public ::testing::TestWithParam<Checkpoint> {
 protected:
  testing::TransformersGolden golden_{GetParam().first, GetParam().second};
  std::unique_ptr<models::Model> model_ = golden_.Load();
  Json training_ = golden_.expected.at("training");
  Json settings_ = training_.at("settings");

  // The micro-batches of one optimizer step, cycling through the golden ones.
  std::vector<models::PackedBatch> Window(size_t step) const {
    const size_t accumulation = settings_.at("accumulation").get<size_t>();
    const Json& all = training_.at("micro_batches");
    std::vector<models::PackedBatch> window;
    for (size_t i = 0; i < accumulation; ++i) {
      window.push_back(
          testing::Pack(GetParam(), all.at((step * accumulation + i) % all.size())));
    }
    return window;
  }

  StepResult RunStep(train::AdamW& optimizer, size_t step, double learning_rate) const {
    const std::vector<models::PackedBatch> window = Window(step);
    int64_t tokens = 0;
    for (const models::PackedBatch& batch : window)
      tokens += batch.labels_M.ne(models::kIgnoredLabel).sum().item<int64_t>();
    EXPECT_EQ(tokens, training_.at("steps").at(step).at("tokens").get<int64_t>());
    StepResult result;
    for (const models::PackedBatch& batch : window) {
      const at::Tensor loss =
          model_->Loss(batch, settings_.at("smoothing").get<double>(), true).loss / tokens;
      loss.backward();
      result.loss += loss.item<double>();
    }
    result.norm = optimizer.GradientNorm();
    optimizer.Step(learning_rate, result.norm, settings_.at("clip").get<double>());
    optimizer.ZeroGradients();
    return result;
  }
};

TEST_P(Training, TwentyOptimizerStepsEqualTransformers) {
  const train::Schedule schedule{"linear", settings_.at("learning_rate").get<double>(),
                                 settings_.at("warmup_steps").get<int64_t>(),
                                 training_.at("num_steps").get<int64_t>()};
  train::AdamWConfig config;
  config.weight_decay = settings_.at("weight_decay").get<double>();
  train::AdamW optimizer(model_->Parameters(), config);
  double worst = 0;
  ASSERT_EQ(training_.at("steps").size(), 20U);
  for (size_t step = 0; step < training_.at("steps").size(); ++step) {
    const Json& wanted = training_.at("steps").at(step);
    const double learning_rate = train::LearningRateAt(schedule, static_cast<int64_t>(step));
    EXPECT_NEAR(learning_rate, wanted.at("learning_rate").get<double>(), 1e-15);
    const StepResult found = RunStep(optimizer, step, learning_rate);
    const double loss = wanted.at("loss").get<double>();
    EXPECT_NEAR(found.loss, loss, kLossRelativeTolerance * loss) << "step " << step;
    EXPECT_NEAR(found.norm / wanted.at("grad_norm").get<double>(), 1, kNormRelativeTolerance)
        << "step " << step;
    worst = std::max(worst, std::abs(found.loss - loss) / loss);
  }
  std::printf("[   worst  ] relative loss difference over the steps %.3g\n", worst);
  size_t compared = 0;
  for (const auto& [name, value] : model_->Parameters()) {
    if (!golden_.Has("trained/" + name)) continue;
    ++compared;
    EXPECT_TRUE(testing::Near(name, value, golden_.Tensor("trained/" + name), kWeightTolerance));
  }
  EXPECT_EQ(compared, 1U);  // what the goldens keep
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
