// A test program that is linked with the simulated device; what it uses of it is chosen by --gtest_filter.
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "tests/testing/device/simulated_device.h"

namespace plumbline {
namespace {

TEST(Idle, AddsOnTheCpu) { EXPECT_EQ(at::ones({2}).sum().item<float>(), 2); }

TEST(Used, AddsOnTheSimulatedDevice) {
  EXPECT_EQ(at::ones({2}, at::TensorOptions(testing::SimulatedDevice())).sum().item<float>(), 2);
}

}  // namespace
}  // namespace plumbline
