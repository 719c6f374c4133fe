// The simulated device is as strict as a GPU, and computes.
#include "tests/testing/device/simulated_device.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

namespace plumbline {
namespace {

using testing::SimulatedDevice;

TEST(SimulatedDevice, ComputesAsTheCpuWithGradients) {
  const at::Tensor x = at::arange(6, at::kFloat).view({2, 3});
  const at::Tensor own = x.to(SimulatedDevice()).requires_grad_(true);
  const int64_t before = testing::SimulatedCalls();
  const at::Tensor sum = at::mm(own, own.t()).narrow(1, 0, 1).pow(2).sum();
  sum.backward();
  EXPECT_GT(testing::SimulatedCalls(), before);
  EXPECT_EQ(sum.device(), SimulatedDevice());
  // x x^T has the first column 5, 14: 25 + 196.
  EXPECT_FLOAT_EQ(sum.item<float>(), 221);
  const at::Tensor wanted =
      at::tensor({2 * 5 * 2 * 0 + 2 * 14 * 3, 2 * 5 * 2 * 1 + 2 * 14 * 4, 2 * 5 * 2 * 2 + 2 * 14 * 5,
                  2 * 14 * 0, 2 * 14 * 1, 2 * 14 * 2},
                 at::kFloat);
  EXPECT_TRUE(at::equal(own.grad().cpu().flatten(), wanted));
}

TEST(SimulatedDevice, WritesThroughViews) {
  const at::Tensor whole = at::zeros({2, 3}, at::TensorOptions(SimulatedDevice()));
  whole.select(1, 2).copy_(at::ones({2}));
  EXPECT_FLOAT_EQ(whole.sum().item<float>(), 2);
  EXPECT_TRUE(at::equal(whole.cpu(), at::tensor({0.F, 0.F, 1.F, 0.F, 0.F, 1.F}).view({2, 3})));
}

TEST(SimulatedDevice, RefusesTensorsOfTwoDevices) {
  const at::Tensor own = at::ones({3}, at::TensorOptions(SimulatedDevice()));
  EXPECT_THROW(own + at::ones({3}), c10::Error);
  EXPECT_THROW(own.index_select(0, at::tensor({1}, at::kLong)), c10::Error);
  EXPECT_THROW(at::cat({own, at::ones({3})}), c10::Error);
  EXPECT_FLOAT_EQ((own + at::scalar_tensor(2)).sum().item<float>(), 9);  // a single number
}

TEST(SimulatedDeviceDeathTest, EndsWhoReadsItsMemory) {
  const at::Tensor own = at::ones({3}, at::TensorOptions(SimulatedDevice()));
  EXPECT_DEATH({ volatile float value = *own.const_data_ptr<float>(); static_cast<void>(value); }, "");
}

}  // namespace
}  // namespace plumbline
