// Random states and counts of memory belong to a device.
#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include "harness/train/allocation_counter.h"
#include "harness/train/checkpoint.h"
#include "tests/testing/device/simulated_device.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

using testing::SimulatedDevice;

TEST(Generators, BothAreSavedAndRestored) {
  SeedGenerators(SimulatedDevice(), 3);
  const auto states = GeneratorStates(SimulatedDevice());
  ASSERT_EQ(states.size(), 2U);
  const double first = at::rand({}).item<double>();
  at::Generator own = at::globalContext().defaultGenerator(SimulatedDevice());
  const double own_first = at::rand({}, own).item<double>();
  RestoreGenerators(states, SimulatedDevice());
  EXPECT_EQ(at::rand({}).item<double>(), first);
  EXPECT_EQ(at::rand({}, own).item<double>(), own_first);
}

TEST(Generators, StatesOfOtherDevicesAreRefused) {
  const auto of_cpu = GeneratorStates(at::Device(at::kCPU));
  const auto of_both = GeneratorStates(SimulatedDevice());
  EXPECT_ERROR(RestoreGenerators(of_cpu, SimulatedDevice()), ErrorKind::kUsage,
               "resuming on simulated:0: found random states of cpu, wanted cpu, simulated:0");
  EXPECT_ERROR(RestoreGenerators(of_both, at::Device(at::kCPU)), ErrorKind::kUsage,
               "resuming on cpu: found random states of cpu, simulated:0, wanted cpu");
  RestoreGenerators(of_cpu, at::Device(at::kCPU));
}

TEST(AllocationCounter, CountsTheDeviceItIsToldOf) {
  const at::TensorOptions own(SimulatedDevice());
  const AllocationCounter counter(SimulatedDevice().type());
  {
    const at::Tensor elsewhere = at::empty({1000});
    EXPECT_EQ(counter.counts().bytes, 0);
    const at::Tensor first = at::empty({100}, own);
    const at::Tensor second = at::empty({50}, own);
  }
  const at::Tensor third = at::empty({10}, own);
  EXPECT_EQ(counter.counts().count, 3);
  EXPECT_EQ(counter.counts().bytes, 4 * (100 + 50 + 10));
  EXPECT_EQ(counter.counts().peak_bytes, 4 * (100 + 50));
}

}  // namespace
}  // namespace plumbline::train
