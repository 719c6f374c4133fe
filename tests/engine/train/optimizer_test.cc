#include "harness/train/optimizer.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/base/json.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

using models::NamedTensor;

at::Tensor FromValues(const Json& values, const std::vector<int64_t>& shape) {
  const std::vector<float> numbers = values.get<std::vector<float>>();
  return at::tensor(at::ArrayRef<float>(numbers), at::kFloat).view(shape);
}

at::Tensor Trainable(std::vector<float> values) {
  return at::tensor(at::ArrayRef<float>(values), at::kFloat).requires_grad_(true);
}

TEST(AdamW, EqualsTorchOverTenClippedSteps) {
  const Json golden = ReadJsonFile("tests/golden/train/adamw.json");
  std::vector<NamedTensor> parameters;
  for (const auto& [name, shape] : golden["shapes"].items()) {
    parameters.push_back({name, FromValues(golden["start"][name], shape).requires_grad_(true)});
  }
  AdamW optimizer(parameters, {.weight_decay = golden["weight_decay"].get<double>()});
  for (const Json& step : golden["steps"]) {
    for (NamedTensor& parameter : parameters) {
      parameter.value.mutable_grad() =
          FromValues(step["gradients"][parameter.name], parameter.value.sizes().vec());
    }
    const double norm = optimizer.GradientNorm();
    EXPECT_NEAR(norm, step["norm"].get<double>(), 1e-6 * norm);
    optimizer.Step(step["learning_rate"].get<double>(), norm, golden["max_grad_norm"].get<double>());
    for (const NamedTensor& parameter : parameters) {
      const at::Tensor wanted = FromValues(step["parameters"][parameter.name], parameter.value.sizes().vec());
      EXPECT_LE((parameter.value.detach() - wanted).abs().max().item<float>(), 2e-6f) << parameter.name;
    }
  }
}

// One scalar, by hand: w = 1, g = 0.5, lr = 0.1, decay 0.2, betas 0.5 and 0.75, epsilon 0.
// w <- 1 - 0.1 * 0.2 = 0.98; m = 0.25, v = 0.0625; m/(1-0.5) = 0.5, v/(1-0.75) = 0.25; w <- 0.98 - 0.1 * 0.5/0.5.
TEST(AdamW, FirstStepOfAScalarIsTheOneByHand) {
  const at::Tensor w = Trainable({1.0f});
  AdamW optimizer({{"weight", w}}, {.beta1 = 0.5, .beta2 = 0.75, .epsilon = 0, .weight_decay = 0.2});
  w.mutable_grad() = at::tensor({0.5f});
  optimizer.Step(0.1, 0.5, 0);
  EXPECT_NEAR(w.item<float>(), 0.88f, 1e-7f);
  // Second step, g = -1: w = 0.88 * 0.98 = 0.8624; m = -0.375, v = 0.296875;
  // m/(1-0.25) = -0.5, v/(1-0.5625) = 0.678571...; w = 0.8624 + 0.1 * 0.5 / 0.8237544...
  w.mutable_grad() = at::tensor({-1.0f});
  optimizer.Step(0.1, 1.0, 0);
  EXPECT_NEAR(w.item<float>(), 0.8624f + 0.05f / std::sqrt(0.296875f / 0.4375f), 1e-6f);
}

TEST(AdamW, ClippingFoldedIntoTheKernelEqualsScalingFirst) {
  const at::Tensor folded = at::linspace(-1, 1, 257, at::kFloat).requires_grad_(true);
  const at::Tensor scaled = folded.detach().clone().requires_grad_(true);
  AdamW folding({{"weight", folded}}, {});
  AdamW scaling({{"weight", scaled}}, {});
  for (int step = 0; step < 5; ++step) {
    const at::Tensor gradient = at::cos(at::arange(257, at::kFloat) * (step + 1));
    folded.mutable_grad() = gradient.clone();
    const double norm = folding.GradientNorm();
    folding.Step(0.01, norm, 1.0);
    scaled.mutable_grad() = gradient * ClipCoefficient(norm, 1.0);
    scaling.Step(0.01, norm, 0);
    EXPECT_LE((folded - scaled).abs().max().item<float>(), 2e-7f);
    EXPECT_LE((folded.grad() - scaled.grad()).abs().max().item<float>(), 1e-8f);
  }
}

TEST(AdamW, FlatGradientsGiveTheSameWeights) {
  std::vector<NamedTensor> separate, flat;
  for (int i = 0; i < 3; ++i) {
    const at::Tensor value = at::arange(4 + i, at::kFloat);
    separate.push_back({"w" + std::to_string(i), value.clone().requires_grad_(true)});
    flat.push_back({"w" + std::to_string(i), value.clone().requires_grad_(true)});
  }
  AdamW one(separate, {});
  AdamW two(flat, {.flat_gradients = true});
  for (int step = 0; step < 3; ++step) {
    one.ZeroGradients();
    two.ZeroGradients();
    for (int i = 0; i < 3; ++i) {
      (separate[i].value * separate[i].value).sum().backward();
      (flat[i].value * flat[i].value).sum().backward();
    }
    one.Step(0.1, one.GradientNorm(), 1.0);
    two.Step(0.1, two.GradientNorm(), 1.0);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(at::equal(separate[i].value, flat[i].value));
  }
}

TEST(AdamW, ParameterWithoutAGradientStaysAndDoesNotAge) {
  const at::Tensor used = Trainable({1.0f});
  const at::Tensor unused = Trainable({1.0f});
  AdamW optimizer({{"used", used}, {"unused", unused}}, {.weight_decay = 0.5});
  used.mutable_grad() = at::tensor({1.0f});
  optimizer.Step(0.1, 1.0, 0);
  EXPECT_LT(used.item<float>(), 1.0f);
  EXPECT_EQ(unused.item<float>(), 1.0f);
  for (const NamedTensor& tensor : optimizer.State()) {
    if (!tensor.name.starts_with("step/")) continue;
    EXPECT_EQ(tensor.value.item<float>(), tensor.name == "step/used" ? 1.0f : 0.0f);
  }
}

TEST(AdamW, SavedStateContinuesBitwise) {
  const at::Tensor straight = Trainable({1.0f, -2.0f});
  AdamW first({{"w", straight}}, {});
  straight.mutable_grad() = at::tensor({0.3f, -0.1f});
  first.Step(0.1, 1, 0);
  const at::Tensor resumed = straight.detach().clone().requires_grad_(true);
  AdamW second({{"w", resumed}}, {});
  second.LoadState(first.State());
  straight.mutable_grad() = at::tensor({-0.2f, 0.7f});
  resumed.mutable_grad() = at::tensor({-0.2f, 0.7f});
  first.Step(0.1, 1, 0);
  second.Step(0.1, 1, 0);
  EXPECT_TRUE(at::equal(straight, resumed));
}

TEST(AdamW, StateOfAnotherModelIsRefusedByName) {
  AdamW optimizer({{"w", Trainable({1.0f})}}, {});
  AdamW other({{"v", Trainable({1.0f})}}, {});
  EXPECT_ERROR(optimizer.LoadState(other.State()), ErrorKind::kModel, "'exp_avg/w' missing");
  AdamW larger({{"w", Trainable({1.0f})}, {"v", Trainable({1.0f})}}, {});
  EXPECT_ERROR(optimizer.LoadState(larger.State()), ErrorKind::kModel, "'exp_avg/v' too many");
  AdamW wider({{"w", Trainable({1.0f, 2.0f})}}, {});
  EXPECT_ERROR(optimizer.LoadState(wider.State()), ErrorKind::kModel, "'exp_avg/w' of another shape");
}

TEST(AdamW, NonFiniteGradientIsLocatedByName) {
  const at::Tensor a = Trainable({1.0f});
  const at::Tensor b = Trainable({1.0f, 1.0f});
  AdamW optimizer({{"a", a}, {"b", b}}, {});
  a.mutable_grad() = at::tensor({1.0f});
  EXPECT_EQ(optimizer.FirstNonFiniteGradient(), "");
  b.mutable_grad() = at::tensor({1.0f, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(optimizer.FirstNonFiniteGradient(), "b");
  EXPECT_FALSE(std::isfinite(optimizer.GradientNorm()));
}

TEST(AdamW, NothingToTrainIsAnError) {
  EXPECT_ERROR(AdamW({{"w", at::ones({1})}}, {}), ErrorKind::kUsage, "no trainable parameter");
}

TEST(ClipCoefficient, IsTheRatioCappedAtOne) {
  EXPECT_DOUBLE_EQ(ClipCoefficient(4.0, 1.0), 1.0 / 4.000001);
  EXPECT_EQ(ClipCoefficient(0.5, 1.0), 1.0);
  EXPECT_EQ(ClipCoefficient(0.0, 1.0), 1.0);
  EXPECT_EQ(ClipCoefficient(4.0, 0.0), 1.0);
}

TEST(DecaysWeight, SkipsBiasesAndNormsAsTransformersDoes) {
  EXPECT_TRUE(DecaysWeight("model.shared.weight"));
  EXPECT_TRUE(DecaysWeight("model.encoder.layers.0.fc1.weight"));
  EXPECT_TRUE(DecaysWeight("model.normalizer.weight"));
  EXPECT_FALSE(DecaysWeight("model.encoder.layers.0.fc1.bias"));
  EXPECT_FALSE(DecaysWeight("model.encoder.layernorm_embedding.weight"));
  EXPECT_FALSE(DecaysWeight("model.encoder.layers.0.self_attn_layer_norm.weight"));
  EXPECT_FALSE(DecaysWeight("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"));
  EXPECT_FALSE(DecaysWeight("encoder.block.0.layer.0.layer_norm.weight"));
  EXPECT_FALSE(DecaysWeight("model.norm.weight"));
  EXPECT_FALSE(DecaysWeight("model.layers.0.self_attn.q_norm.weight"));
}

}  // namespace
}  // namespace plumbline::train
