#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

namespace plumbline {
namespace {

TEST(LibTorch, LoadsMultipliesAndDifferentiates) {
  const at::Tensor w = at::ones({2, 3}).requires_grad_(true);
  const at::Tensor y = at::matmul(w, at::arange(3, at::kFloat)).sum();
  y.backward();
  EXPECT_EQ(y.item<float>(), 6.0f);
  EXPECT_EQ(w.grad().sum().item<float>(), 6.0f);
}

}  // namespace
}  // namespace plumbline
