// Products with 4-bit weights: equal to those with the dequantized weight, forward and backward,
// and what they save.
#include "models/nn/four_bit_linear.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "harness/train/allocation_counter.h"
#include "models/nn/autocast.h"
#include "models/nn/products.h"

namespace plumbline::nn {
namespace {

constexpr FourBitSettings kDouble{FourBitCode::kNf4, true};

at::Tensor Weight(int64_t outputs, int64_t inputs) { return at::randn({outputs, inputs}); }

// Widths that are no multiple of a block.
FourBitLinear TwoParts(bool has_bias) {
  FourBitLinear linear{{QuantizeFourBit(Weight(14, 22), kDouble),
                        QuantizeFourBit(Weight(7, 22), {FourBitCode::kFp4, false})},
                       {}};
  if (has_bias) linear.bias_O = at::randn({21});
  return linear;
}

at::Tensor Dequantized(const FourBitLinear& linear) {
  return at::cat({Dequantize(linear.parts[0], at::kFloat), Dequantize(linear.parts[1], at::kFloat)});
}

TEST(FourBitLinear, ValuesAndInputGradientAreThoseOfTheDequantizedWeight) {
  at::manual_seed(1);
  for (const bool has_bias : {false, true}) {
    const FourBitLinear linear = TwoParts(has_bias);
    const at::Tensor weight = Dequantized(linear), factor = at::randn({5, 21});
    const at::Tensor x = at::randn({5, 22}).requires_grad_(true);
    const at::Tensor out = Apply(linear, x);
    EXPECT_TRUE(at::equal(out, RowProduct(x.detach(), weight, linear.bias_O)));
    (out * factor).sum().backward();
    EXPECT_TRUE(at::equal(x.grad(), Product(factor, weight)));
  }
}

TEST(FourBitLinear, UnderAutocastProductsAreInItsType) {
  at::manual_seed(2);
  const FourBitLinear linear = TwoParts(false);
  const at::Tensor x = at::randn({5, 22}).requires_grad_(true);
  at::Tensor out;
  {
    const Autocast autocast(at::kCPU, at::kBFloat16);
    out = Apply(linear, x);
  }
  EXPECT_EQ(out.scalar_type(), at::kBFloat16);
  const at::Tensor weight = at::cat({Dequantize(linear.parts[0], at::kBFloat16),
                                     Dequantize(linear.parts[1], at::kBFloat16)});
  EXPECT_TRUE(at::equal(out, at::mm(x.detach().to(at::kBFloat16), weight.t())));
  out.sum().backward();
  EXPECT_EQ(x.grad().scalar_type(), at::kFloat);
}

// A frozen stack with a trained pair (rank 4) beside each product, as LoRA has it.
constexpr int64_t kWidth = 256, kLayers = 28, kRank = 4;

using Product = std::function<at::Tensor(const at::Tensor&)>;

int64_t PeakOfStep(const std::function<Product()>& make) {
  const train::AllocationCounter counter;
  std::vector<Product> products;
  std::vector<at::Tensor> downs, ups;
  for (int64_t i = 0; i < kLayers; ++i) {
    products.push_back(make());
    downs.push_back(at::randn({kRank, kWidth}).requires_grad_(true));
    ups.push_back(at::zeros({kWidth, kRank}).requires_grad_(true));
  }
  at::Tensor x = at::randn({8, kWidth});
  for (size_t i = 0; i < products.size(); ++i) {
    x = products[i](x) + at::mm(at::mm(x, downs[i].t()), ups[i].t());
    x = x / kWidth;
  }
  x.square().sum().backward();
  for (const at::Tensor& up : ups) EXPECT_TRUE(up.grad().defined());
  return counter.counts().peak_bytes;
}

TEST(FourBitLinear, ThePeakOfAStepFallsByFourFifthsOfTheWeights) {
  constexpr int64_t kWeightBytes = kLayers * kWidth * kWidth * 4;
  int64_t resident_bytes = 0;
  std::vector<at::Tensor> weights;  // outside the count, so that both sides quantize for free
  std::vector<FourBitLinear> quantized;
  for (int64_t i = 0; i < kLayers; ++i) {
    weights.push_back(Weight(kWidth, kWidth));
    quantized.push_back({{QuantizeFourBit(weights.back(), kDouble)}, {}});
    resident_bytes += quantized.back().resident_bytes();
  }
  size_t next = 0;
  const int64_t full = PeakOfStep([&]() -> Product {
    return [weight = weights[next++].clone()](const at::Tensor& x) {
      return at::mm(x, weight.t());
    };
  });
  next = 0;
  const int64_t four_bit = resident_bytes + PeakOfStep([&]() -> Product {
    return [linear = quantized[next++]](const at::Tensor& x) { return Apply(linear, x); };
  });
  std::printf("weights %lld bytes in fp32, %lld in 4 bits; peak of a step %lld -> %lld\n",
              static_cast<long long>(kWeightBytes), static_cast<long long>(resident_bytes),
              static_cast<long long>(full), static_cast<long long>(four_bit));
  EXPECT_LE(static_cast<double>(resident_bytes), 0.15 * kWeightBytes);
  EXPECT_GE(static_cast<double>(full - four_bit), 0.8 * kWeightBytes);
}

}  // namespace
}  // namespace plumbline::nn
