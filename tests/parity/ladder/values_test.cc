// BART, T5, mT5, Llama and Qwen3 against transformers 5.23 on tiny random checkpoints it saved: see MANIFEST.json of
// tests/golden/{bart,t5,causal}.
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/parity/ladder/checkpoints.h"
#include "tests/parity/ladder/rungs.h"

namespace plumbline {
namespace {

using testing::Checkpoint;

// fp32 through at most four layers of width 24: both sides differ by summation order alone.
constexpr double kLogitTolerance = 1e-5;
constexpr double kLossRelativeTolerance = 1e-5;
// Of a gradient: relative to its own largest element, but never below a share of the global norm,
// because some gradients (a key bias, rows of the pad id) are zero in exact arithmetic.
constexpr double kGradientTolerance = 1e-5;
constexpr double kGlobalNormShare = 1e-4;

class Values : public ::testing::TestWithParam<Checkpoint> {
 protected:
  testing::TransformersGolden golden_{GetParam().first, GetParam().second};
  std::unique_ptr<models::Model> model_ = golden_.Load();
  models::PackedBatch batch_ = testing::Pack(GetParam(), golden_.expected.at("batch"));

  void ExpectLoss(const char* smoothing) {
    const models::LossSums sums = model_->Loss(batch_, std::stod(smoothing), true);
    const double wanted = golden_.expected.at("mean_loss").at(smoothing).get<double>();
    EXPECT_EQ(sums.num_tokens, golden_.expected.at("num_tokens").get<int64_t>());
    const double found = sums.loss.item<double>() / static_cast<double>(sums.num_tokens);
    RecordProperty(std::string("loss_relative_difference_") + smoothing,
                   std::to_string(std::abs(found - wanted) / wanted));
    EXPECT_NEAR(found, wanted, kLossRelativeTolerance * wanted);
  }

  void ExpectGradients(const std::string& prefix, double smoothing) {
    const models::LossSums sums = model_->Loss(batch_, smoothing, true);
    (sums.loss / sums.num_tokens).backward();
    double squares = 0;
    for (const auto& [name, value] : model_->Parameters()) {
      squares += golden_.Tensor(prefix + name).to(at::kDouble).square().sum().item<double>();
    }
    double worst = 0;
    for (const auto& [name, value] : model_->Parameters()) {
      const at::Tensor wanted = golden_.Tensor(prefix + name);
      const double scale =
          std::max(wanted.abs().max().item<double>(), kGlobalNormShare * std::sqrt(squares));
      EXPECT_TRUE(testing::Near(name, value.grad(), wanted, kGradientTolerance * scale));
      if (value.grad().defined())
        worst = std::max(worst, testing::LargestDifference(value.grad(), wanted) / scale);
    }
    std::printf("[   worst  ] gradient difference / scale %.3g\n", worst);
  }
};

TEST_P(Values, ParametersHaveTransformersNamesAndOrder) {
  std::vector<std::string> names;
  for (const auto& parameter : model_->Parameters()) names.push_back(parameter.name);
  EXPECT_EQ(Json(names), golden_.expected.at("parameters"));
}

TEST_P(Values, LogitsEqualTransformers) {
  const at::NoGradGuard no_grad;
  const double worst = testing::ExpectItemsNear(
      "logits", model_->Logits(batch_), batch_,
      [&](int64_t i) { return golden_.Tensor("logits/" + std::to_string(i)); }, kLogitTolerance);
  std::printf("[   worst  ] logit difference %.3g\n", worst);
}

TEST_P(Values, LossEqualsTransformers) { ExpectLoss("0.0"); }

TEST_P(Values, SmoothedLossEqualsTransformers) { ExpectLoss("0.1"); }

TEST_P(Values, EveryGradientEqualsTransformers) { ExpectGradients("grad/", 0.0); }

INSTANTIATE_TEST_SUITE_P(Shapes, Values, ::testing::ValuesIn(testing::Checkpoints()),
                         testing::NameOf);

// Goldens keep the smoothed gradients of one shape a family, for their size.
class Smoothed : public Values {};

TEST_P(Smoothed, EveryGradientEqualsTransformers) { ExpectGradients("grad_smoothed/", 0.1); }

INSTANTIATE_TEST_SUITE_P(Shapes, Smoothed,
                         ::testing::Values(Checkpoint{"bart", "single"}, Checkpoint{"t5", "mt5"},
                                           Checkpoint{"causal", "qwen3_single"}),
                         testing::NameOf);

}  // namespace
}  // namespace plumbline
