// Llama and Qwen3 against transformers 5.23 on tiny random checkpoints it saved: see
// tests/golden/causal/MANIFEST.json.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/parity/bart/golden.h"
#include "tests/parity/causal/golden.h"

namespace plumbline {
namespace {

using testing::CausalGolden;
using testing::Near;

// fp32 through at most three layers of width 24: both sides differ by summation order alone.
constexpr double kLogitTolerance = 1e-5;
constexpr double kLossRelativeTolerance = 1e-5;
// Of a gradient: relative to its own largest element, but never below a share of the global norm,
// because some gradients (rows of the pad id) are zero.
constexpr double kGradientTolerance = 1e-5;
constexpr double kGlobalNormShare = 1e-4;

void ExpectLogits(const CausalGolden& golden, models::Model& model) {
  const at::NoGradGuard no_grad;
  const models::PackedBatch batch = testing::PackCausalItems(golden.expected.at("batch"));
  const at::Tensor logits_MV = model.Logits(batch);
  double worst = 0;
  for (int64_t i = 0; i < batch.num_items(); ++i) {
    const at::Tensor wanted = golden.Tensor("logits/" + std::to_string(i));
    const at::Tensor found =
        logits_MV.narrow(0, batch.target_offsets[static_cast<size_t>(i)], wanted.size(0));
    EXPECT_TRUE(Near("logits of item " + std::to_string(i), found, wanted, kLogitTolerance));
    worst = std::max(worst, testing::LargestDifference(found, wanted));
  }
  std::printf("[   worst  ] logit difference %.3g\n", worst);
}

class Causal : public ::testing::TestWithParam<const char*> {
 protected:
  CausalGolden golden_{GetParam()};
  std::unique_ptr<models::Model> model_ = golden_.Load();
  models::PackedBatch batch_ = testing::PackCausalItems(golden_.expected.at("batch"));

  void ExpectLoss(const char* smoothing) {
    const models::LossSums sums = model_->Loss(batch_, std::stod(smoothing), true);
    const double wanted = golden_.expected.at("mean_loss").at(smoothing).get<double>();
    EXPECT_EQ(sums.num_tokens, golden_.expected.at("num_tokens").get<int64_t>());
    const double found = sums.loss.item<double>() / static_cast<double>(sums.num_tokens);
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
      EXPECT_TRUE(Near(name, value.grad(), wanted, kGradientTolerance * scale));
      if (value.grad().defined())
        worst = std::max(worst, testing::LargestDifference(value.grad(), wanted) / scale);
    }
    std::printf("[   worst  ] gradient difference / scale %.3g\n", worst);
  }
};

TEST_P(Causal, ParametersHaveTransformersNamesAndOrder) {
  std::vector<std::string> names;
  for (const auto& parameter : model_->Parameters()) names.push_back(parameter.name);
  EXPECT_EQ(Json(names), golden_.expected.at("parameters"));
}

TEST_P(Causal, LogitsEqualTransformers) { ExpectLogits(golden_, *model_); }

TEST_P(Causal, LossEqualsTransformers) { ExpectLoss("0.0"); }

TEST_P(Causal, SmoothedLossEqualsTransformers) { ExpectLoss("0.1"); }

TEST_P(Causal, EveryGradientEqualsTransformers) { ExpectGradients("grad/", 0.0); }

TEST_P(Causal, EverySmoothedGradientEqualsTransformers) {
  if (!golden_.Has("grad_smoothed/model.norm.weight")) GTEST_SKIP() << "kept for one shape only";
  ExpectGradients("grad_smoothed/", 0.1);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Causal, ::testing::ValuesIn(testing::kCausalShapes),
                         [](const auto& shape) { return std::string(shape.param); });

class CausalHalf : public ::testing::TestWithParam<const char*> {};

TEST_P(CausalHalf, HalfPrecisionFilesReadAsFp32GiveTransformersLogits) {
  const CausalGolden golden{GetParam()};
  const auto model = golden.Load();
  EXPECT_EQ(model->Parameters()[0].value.scalar_type(), at::kFloat);
  ExpectLogits(golden, *model);
}

INSTANTIATE_TEST_SUITE_P(Shapes, CausalHalf, ::testing::ValuesIn(testing::kCausalHalves),
                         [](const auto& shape) { return std::string(shape.param); });

}  // namespace
}  // namespace plumbline
