// The whole loop against transformers: twenty optimizer steps of tests/golden/bart, accumulation, smoothing, decay
// groups, clipping and warm-up included, losses within 1e-5 relative.
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include "harness/train/trainer.h"
#include "tests/parity/bart/golden.h"

namespace plumbline::train {
namespace {

using ::plumbline::testing::BartGolden;
using ::plumbline::testing::PackItems;

constexpr double kLossTolerance = 1e-5;
constexpr double kNormTolerance = 1e-4;  // norms of gradients amplify differences of summation order

TrainingArguments ArgumentsOf(const Json& training) {
  const Json& settings = training.at("settings");
  TrainingArguments arguments;
  arguments.per_device_train_batch_size = 1;  // one golden micro-batch is one row here
  arguments.gradient_accumulation_steps = settings.at("accumulation");
  arguments.learning_rate = settings.at("learning_rate");
  arguments.weight_decay = settings.at("weight_decay");
  arguments.warmup_steps = settings.at("warmup_steps");
  arguments.label_smoothing_factor = settings.at("smoothing");
  arguments.max_grad_norm = settings.at("clip");
  arguments.num_train_epochs = 1;
  arguments.shuffle = false;
  arguments.logging_steps = 1;
  arguments.threads = 1;
  return arguments;
}

// The golden run cycles through its micro-batches, so one epoch here is all of its steps.
TrainingRows RowsOf(const Json& training) {
  const Json& micro_batches = training.at("micro_batches");
  const int64_t count =
      training.at("num_steps").get<int64_t>() * training.at("settings").at("accumulation").get<int64_t>();
  TrainingRows rows;
  for (int64_t i = 0; i < count; ++i) rows.ids.push_back("micro_batch_" + std::to_string(i));
  rows.pack = [&micro_batches](std::span<const int64_t> indices) {
    return PackItems(micro_batches.at(static_cast<size_t>(indices[0]) % micro_batches.size()));
  };
  return rows;
}

class TrainerParity : public ::testing::TestWithParam<const char*> {};

TEST_P(TrainerParity, TwentyStepsEqualTransformers) {
  const BartGolden golden(GetParam());
  const Json& training = golden.expected.at("training");
  const std::unique_ptr<models::Model> model = golden.Load();
  const TrainResult result = Train(*model, RowsOf(training), ArgumentsOf(training), {}, {});
  const Json& steps = training.at("steps");
  ASSERT_EQ(result.step_losses.size(), steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    const double loss = steps[i].at("loss").get<double>();
    EXPECT_NEAR(result.step_losses[i], loss, kLossTolerance * loss) << "step " << i;
    EXPECT_NEAR(result.gradient_norms[i] / steps[i].at("grad_norm").get<double>(), 1, kNormTolerance) << "step " << i;
    EXPECT_NEAR(result.observed.learning_rates[i], steps[i].at("learning_rate").get<double>(), 1e-15);
    EXPECT_EQ(result.state.log_history[i].at("learning_rate"), result.observed.learning_rates[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, TrainerParity, ::testing::ValuesIn(::plumbline::testing::kBartShapes),
                         [](const auto& shape) { return std::string(shape.param); });

}  // namespace
}  // namespace plumbline::train
