#include "tests/parity/ladder/rungs.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tests/parity/bart/golden.h"

namespace plumbline::testing {
namespace {

// The micro-batches of one step, cycling through the golden ones.
std::vector<models::PackedBatch> WindowOf(const Json& training, size_t step,
                                          const std::function<models::PackedBatch(const Json&)>& pack) {
  const size_t accumulation = training.at("settings").at("accumulation").get<size_t>();
  const Json& all = training.at("micro_batches");
  std::vector<models::PackedBatch> window;
  for (size_t i = 0; i < accumulation; ++i) window.push_back(pack(all.at((step * accumulation + i) % all.size())));
  return window;
}

}  // namespace

double ExpectItemsNear(const std::string& name, const at::Tensor& found_MV, const models::PackedBatch& batch,
                       const std::function<at::Tensor(int64_t)>& wanted, double tolerance) {
  double worst = 0;
  for (int64_t i = 0; i < batch.num_items(); ++i) {
    const at::Tensor item = wanted(i);
    const at::Tensor found = found_MV.narrow(0, batch.target_offsets[static_cast<size_t>(i)], item.size(0));
    EXPECT_TRUE(Near(name + " of item " + std::to_string(i), found, item, tolerance));
    worst = std::max(worst, LargestDifference(found, item));
  }
  return worst;
}

train::Schedule ScheduleOf(const Json& training) {
  const Json& settings = training.at("settings");
  return {"linear", settings.at("learning_rate").get<double>(), settings.at("warmup_steps").get<int64_t>(),
          training.at("num_steps").get<int64_t>()};
}

std::vector<StepResult> StepsOf(const Json& training) {
  std::vector<StepResult> steps;
  for (const Json& step : training.at("steps")) {
    steps.push_back({step.at("loss").get<double>(), step.at("grad_norm").get<double>(),
                     step.at("tokens").get<int64_t>()});
  }
  return steps;
}

StepResult RunStep(models::Model& model, train::AdamW& optimizer, const std::vector<models::PackedBatch>& window,
                   double learning_rate, double clip, double smoothing) {
  int64_t tokens = 0;
  for (const models::PackedBatch& batch : window)
    tokens += batch.labels_M.ne(models::kIgnoredLabel).sum().item<int64_t>();
  StepResult result;
  result.tokens = tokens;
  for (const models::PackedBatch& batch : window) {
    const at::Tensor loss = model.Loss(batch, smoothing, /*training=*/true).loss / tokens;
    loss.backward();
    result.loss += loss.item<double>();
  }
  result.norm = optimizer.GradientNorm();
  optimizer.Step(learning_rate, result.norm, clip);
  optimizer.ZeroGradients();
  return result;
}

std::vector<StepResult> RunSteps(models::Model& model, train::AdamW& optimizer, const Json& training,
                                 const std::function<models::PackedBatch(const Json&)>& pack) {
  const Json& settings = training.at("settings");
  const train::Schedule schedule = ScheduleOf(training);
  std::vector<StepResult> found;
  for (size_t step = 0; step < training.at("steps").size(); ++step) {
    found.push_back(RunStep(model, optimizer, WindowOf(training, step, pack),
                            train::LearningRateAt(schedule, static_cast<int64_t>(step)),
                            settings.at("clip").get<double>(), settings.at("smoothing").get<double>()));
  }
  return found;
}

void ExpectStepsNear(const std::vector<StepResult>& found, const std::vector<StepResult>& wanted, double loss_tolerance,
                     double norm_tolerance) {
  ASSERT_EQ(wanted.size(), 20U);  // DESIGN's ladder
  ASSERT_EQ(found.size(), wanted.size());
  double worst = 0;
  for (size_t step = 0; step < found.size(); ++step) {
    const double loss = wanted[step].loss;
    EXPECT_NEAR(found[step].loss, loss, loss_tolerance * loss) << "step " << step;
    EXPECT_NEAR(found[step].norm / wanted[step].norm, 1, norm_tolerance) << "step " << step;
    if (wanted[step].tokens) {
      EXPECT_EQ(found[step].tokens, wanted[step].tokens) << "step " << step;
    }
    worst = std::max(worst, std::abs(found[step].loss - loss) / loss);
  }
  std::printf("[   worst  ] relative loss difference over the steps %.3g\n", worst);
}

}  // namespace plumbline::testing
