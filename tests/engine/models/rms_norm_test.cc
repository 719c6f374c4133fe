// RMS normalisation against its formula in ATen's parts, and against transformers' rounding in half
// precision.
#include "models/nn/rms_norm.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "tests/parity/bart/golden.h"

namespace plumbline::nn {
namespace {

using testing::Near;

constexpr double kTolerance = 1e-5;
constexpr double kEpsilon = 1e-6;

at::Tensor Random(at::IntArrayRef sizes) { return at::randn(sizes).requires_grad_(true); }

RmsNorm NormOf(const at::Tensor& weight_D, RmsRounding rounding) {
  return {weight_D, kEpsilon, rounding};
}

// In double precision, by the definition.
at::Tensor Wanted(const at::Tensor& x, const at::Tensor& weight) {
  return weight * x / (x.square().mean(-1, true) + kEpsilon).sqrt();
}

class RmsNormOfShape : public ::testing::TestWithParam<std::vector<int64_t>> {};

TEST_P(RmsNormOfShape, ValueAndGradientsFollowTheFormula) {
  at::manual_seed(3);
  const at::Tensor x = Random(GetParam()), weight = Random({GetParam().back()});
  const at::Tensor factor = at::randn(GetParam());
  const at::Tensor out = Apply(NormOf(weight, RmsRounding::kToWeight), x);
  (out * factor).sum().backward();
  const at::Tensor x64 = x.detach().to(at::kDouble).requires_grad_(true);
  const at::Tensor weight64 = weight.detach().to(at::kDouble).requires_grad_(true);
  const at::Tensor wanted = Wanted(x64, weight64);
  (wanted * factor).sum().backward();
  EXPECT_TRUE(Near("value", out, wanted, kTolerance));
  EXPECT_TRUE(Near("input gradient", x.grad(), x64.grad(), 2 * kTolerance));
  const double scale = weight64.grad().abs().max().item<double>();
  EXPECT_TRUE(Near("weight gradient", weight.grad(), weight64.grad(), kTolerance * scale));
}

// One row, odd widths, many rows (several chunks), rows behind several axes.
INSTANTIATE_TEST_SUITE_P(Shapes, RmsNormOfShape,
                         ::testing::Values(std::vector<int64_t>{1, 1}, std::vector<int64_t>{1, 17},
                                           std::vector<int64_t>{7, 33},
                                           std::vector<int64_t>{500, 257},
                                           std::vector<int64_t>{3, 2, 16}));

TEST(RmsNorm, AViewIsNormalisedByItsLastAxis) {
  const at::Tensor wide = at::randn({4, 10}), weight = at::rand({5});
  const at::Tensor view = wide.narrow(1, 3, 5);
  const at::Tensor out = Apply(NormOf(weight, RmsRounding::kToInput), view);
  EXPECT_TRUE(Near("view", out, Wanted(view.to(at::kDouble), weight), kTolerance));
}

TEST(RmsNorm, ARowOfZerosStaysZeroWithFiniteGradients) {
  const at::Tensor x = at::zeros({2, 8}).requires_grad_(true);
  const at::Tensor weight = at::ones({8}).requires_grad_(true);
  const at::Tensor out = Apply(NormOf(weight, RmsRounding::kToWeight), x);
  out.sum().backward();
  EXPECT_TRUE(at::equal(out, at::zeros({2, 8})));
  EXPECT_TRUE(x.grad().isfinite().all().item<bool>());
}

// The two roundings of bf16, each written out as the reference library writes it.
TEST(RmsNorm, HalfPrecisionRoundsWhereEachFamilyDoes) {
  at::manual_seed(4);
  const at::Tensor x = at::randn({64, 48}).to(at::kBFloat16);
  const at::Tensor weight = at::randn({48}).to(at::kBFloat16);
  const at::Tensor x32 = x.to(at::kFloat);
  const at::Tensor inverse = at::rsqrt(x32.pow(2).mean(-1, true) + kEpsilon);
  const at::Tensor half = weight * (x32 * inverse).to(at::kBFloat16);
  const at::Tensor to_input = Apply(NormOf(weight, RmsRounding::kToInput), x);
  EXPECT_EQ(to_input.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::equal(to_input, half));
  EXPECT_TRUE(at::equal(Apply(NormOf(weight, RmsRounding::kToWeight), x), half));
  // fp32 rows under a half weight: T5 rounds them before the product, Llama leaves them.
  EXPECT_TRUE(at::equal(Apply(NormOf(weight, RmsRounding::kToWeight), x32), half));
  EXPECT_TRUE(
      at::equal(Apply(NormOf(weight, RmsRounding::kToInput), x32), weight * (x32 * inverse)));
  // Half rows under an fp32 weight: the other way round.
  const at::Tensor weight32 = weight.to(at::kFloat);
  EXPECT_TRUE(at::equal(Apply(NormOf(weight32, RmsRounding::kToWeight), x),
                        weight32 * (x32 * inverse)));
  EXPECT_TRUE(at::equal(Apply(NormOf(weight32, RmsRounding::kToInput), x),
                        weight32 * (x32 * inverse).to(at::kBFloat16)));
}

}  // namespace
}  // namespace plumbline::nn
