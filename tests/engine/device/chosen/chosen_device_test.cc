// Which device a parity test runs on, and that a test of the simulated one notices when it ran elsewhere. Runs without
// that device and, as chosen_device_test_simulated, with it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/testing/command.h"
#include "tests/testing/device/test_device.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ChosenDevice : public ::testing::Test {
 protected:
  ~ChosenDevice() override { ::unsetenv("PLUMBLINE_TEST_DEVICE"); }

  const bool is_simulated_ = c10::is_privateuse1_backend_registered();
};

TEST_F(ChosenDevice, IsTheSimulatedOneWhateverTheEnvironmentSays) {
  for (const char* name : {"", "cpu", "cuda:1"}) {
    ::setenv("PLUMBLINE_TEST_DEVICE", name, 1);
    const at::Device otherwise = *name == '\0' ? at::Device(at::kCPU) : at::Device(name);
    EXPECT_EQ(testing::TestDevice(), is_simulated_ ? at::Device(at::kPrivateUse1, 0) : otherwise) << name;
  }
}

TEST_F(ChosenDevice, ComputesThere) {
  ::setenv("PLUMBLINE_TEST_DEVICE", "cpu", 1);
  const at::Tensor sum = at::ones({2}, at::TensorOptions(testing::TestDevice())).sum();
  EXPECT_EQ(sum.is_cpu(), !is_simulated_);
  EXPECT_EQ(sum.item<float>(), 2);
}

// The program without the variables by which Bazel would take its results for this test's.
testing::CommandOutcome RunIdle(const std::string& filter) {
  return testing::RunCommand(
      "env -u XML_OUTPUT_FILE -u GTEST_OUTPUT -u TEST_PREMATURE_EXIT_FILE -u TESTBRIDGE_TEST_ONLY "
      "tests/engine/device/chosen/idle --gtest_filter='" + filter + "' 2>&1");
}

TEST(SimulatedAlone, FailsAProgramThatRanElsewhere) {
  const testing::CommandOutcome outcome = RunIdle("Idle.*");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("[       OK ] Idle.AddsOnTheCpu"));
  EXPECT_THAT(outcome.output, HasSubstr("no operator ran on the simulated device"));
}

TEST(SimulatedAlone, LetsAProgramPassThatUsedIt) {
  const testing::CommandOutcome outcome = RunIdle("*");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("[  PASSED  ] 2 tests"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("no operator ran")));
}

}  // namespace
}  // namespace plumbline
