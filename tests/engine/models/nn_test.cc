// The parts of models/nn against plain ATen and autograd.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "models/nn/label_loss.h"
#include "models/nn/linear.h"
#include "models/nn/products.h"
#include "tests/parity/bart/golden.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::nn {
namespace {

using testing::Near;

constexpr double kTolerance = 1e-5;

at::Tensor Random(at::IntArrayRef sizes) { return at::randn(sizes).requires_grad_(true); }

TEST(MergedLinear, EqualsItsPartsAndTheirGradients) {
  at::manual_seed(1);
  const MergedLinear merged = AllocateMergedLinear({5, 5, 5}, 4, -1, at::kCPU);
  {
    const at::NoGradGuard no_grad;
    merged.weight_OI.normal_();
    merged.bias_O.normal_();
  }
  const at::Tensor x = Random({7, 4});
  const at::Tensor out = Apply(merged, x);
  const at::Tensor factor = at::randn({7, 15});
  (out * factor).sum().backward();
  const at::Tensor grad_x = x.grad().clone();
  x.mutable_grad().reset();
  std::vector<at::Tensor> parts, grads;
  for (const Linear& part : merged.parts) {
    grads.push_back(part.weight_OI.grad().clone());
    grads.push_back(part.bias_O.grad().clone());
    part.weight_OI.mutable_grad().reset();
    part.bias_O.mutable_grad().reset();
    parts.push_back(at::addmm(part.bias_O, x, part.weight_OI.t()));
  }
  const at::Tensor separate = at::cat(parts, 1);
  (separate * factor).sum().backward();
  EXPECT_TRUE(Near("output", out, separate, kTolerance));
  EXPECT_TRUE(Near("input gradient", grad_x, x.grad(), kTolerance));
  for (size_t i = 0; i < merged.parts.size(); ++i) {
    EXPECT_TRUE(
        Near("weight gradient", grads[2 * i], merged.parts[i].weight_OI.grad(), kTolerance));
    EXPECT_TRUE(Near("bias gradient", grads[2 * i + 1], merged.parts[i].bias_O.grad(), kTolerance));
  }
}

TEST(MergedLinear, AKeyBiasHasAZeroGradient) {
  const MergedLinear merged = AllocateMergedLinear({3, 3}, 4, 0, at::kCPU);
  Apply(merged, at::ones({2, 4})).sum().backward();
  EXPECT_TRUE(at::equal(merged.parts[0].bias_O.grad(), at::zeros({3})));
  EXPECT_TRUE(at::equal(merged.parts[1].bias_O.grad(), at::full({3}, 2.0)));
}

TEST(MergedLinear, PartsMayDifferInWidthAndLackABias) {
  at::manual_seed(3);
  const MergedLinear merged = AllocateMergedLinear({6, 2, 3}, 4, 1, at::kCPU, Bias::kNone);
  {
    const at::NoGradGuard no_grad;
    merged.weight_OI.normal_();
  }
  EXPECT_FALSE(merged.bias_O.defined());
  const at::Tensor x = Random({5, 4}), factor = at::randn({5, 11});
  (Apply(merged, x) * factor).sum().backward();
  EXPECT_TRUE(Near("input gradient", x.grad(), at::mm(factor, merged.weight_OI), kTolerance));
  int64_t begin = 0;
  for (const Linear& part : merged.parts) {
    const int64_t width = part.weight_OI.size(0);
    EXPECT_FALSE(part.bias_O.defined());
    const at::Tensor wanted = at::mm(factor.narrow(1, begin, width).t(), x);
    EXPECT_TRUE(Near("weight gradient", part.weight_OI.grad(), wanted, kTolerance));
    begin += width;
  }
  EXPECT_EQ(begin, 11);
}

TEST(Linear, WithoutABiasIsTheProductAlone) {
  const Linear linear = AllocateLinear(3, 4, at::kCPU, Bias::kNone);
  linear.weight_OI.detach().normal_();
  const at::Tensor x = at::randn({2, 4});
  EXPECT_TRUE(at::equal(Apply(linear, x), RowProduct(x, linear.weight_OI.detach())));
  EXPECT_TRUE(Near("product", Apply(linear, x), at::mm(x, linear.weight_OI.t()), kTolerance));
}

// Loss and gradients of LabelLoss against at::cross_entropy_loss, for one chunk bound.
void ExpectCrossEntropy(double smoothing, int64_t max_chunk_elements) {
  at::manual_seed(2);
  const at::Tensor hidden = Random({9, 6}), weight = Random({11, 6}), bias = at::randn({1, 11});
  const at::Tensor labels = at::tensor({3, -100, 0, 10, 5, -100, 5, 1, 2}, at::kLong);
  const LabelLossSums sums =
      LabelLoss(hidden, weight, bias, labels, -100, smoothing, max_chunk_elements);
  (sums.loss * 0.5).backward();
  const at::Tensor grad_hidden = hidden.grad().clone(), grad_weight = weight.grad().clone();
  hidden.mutable_grad().reset();
  weight.mutable_grad().reset();
  const at::Tensor logits = at::addmm(bias, hidden, weight.t());
  const at::Tensor wanted =
      at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum, -100, smoothing);
  (wanted * 0.5).backward();
  EXPECT_EQ(sums.num_labels, 7);
  EXPECT_TRUE(Near("loss", sums.loss, wanted, kTolerance * wanted.item<double>()));
  EXPECT_NEAR(sums.nll_sum,
              at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum).item<double>(), 1e-4);
  EXPECT_TRUE(Near("hidden gradient", grad_hidden, hidden.grad(), kTolerance));
  EXPECT_TRUE(Near("weight gradient", grad_weight, weight.grad(), kTolerance));
}

TEST(LabelLoss, EqualsCrossEntropyInOneChunk) { ExpectCrossEntropy(0.0, kMaxChunkElements); }

TEST(LabelLoss, EqualsSmoothedCrossEntropyInOneChunk) {
  ExpectCrossEntropy(0.2, kMaxChunkElements);
}

TEST(LabelLoss, EqualsSmoothedCrossEntropyInUnequalChunks) { ExpectCrossEntropy(0.2, 3 * 11); }

TEST(LabelLoss, EqualsCrossEntropyRowByRow) { ExpectCrossEntropy(0.0, 1); }

TEST(LabelLoss, ASecondBackwardIsRefused) {
  const at::Tensor hidden = Random({2, 3}), weight = Random({5, 3});
  const LabelLossSums sums =
      LabelLoss(hidden, weight, at::Tensor(), at::tensor({1, 4}, at::kLong), -100, 0);
  sums.loss.backward({}, true);
  EXPECT_ANY_THROW(sums.loss.backward());
}

}  // namespace
}  // namespace plumbline::nn
