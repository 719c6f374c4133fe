// Devices by name. Whether there is a GPU depends on the machine: what is wrong everywhere is asked.
#include "harness/device/device.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/base/error.h"
#include "tests/testing/device/simulated_device.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::device {
namespace {

TEST(DeviceNamed, KnowsTheCpu) { EXPECT_EQ(DeviceNamed("cpu", "--device"), at::Device(at::kCPU)); }

TEST(DeviceNamed, RefusesNamesOfNoDeviceOfOurs) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:-1", "meta", "xpu", "mps", "CPU"}) {
    EXPECT_ERROR(DeviceNamed(name, "runtime.device"), ErrorKind::kUsage,
                 "using runtime.device '" + std::string(name) +
                     "': found no device of that name, wanted cpu, cuda or cuda:N; try --device cpu");
  }
}

TEST(DeviceNamed, SaysWhyThereIsNoCuda) {
  if (at::hasCUDA()) GTEST_SKIP() << "this machine has a GPU";
  EXPECT_ERROR(DeviceNamed("cuda", "--device"), ErrorKind::kUsage,
               at::globalContext().hasCUDART() ? "found no GPU that CUDA can use"
                                               : "found a LibTorch that is built for the CPU alone");
}

TEST(DeviceNamed, RefusesAGpuThatIsNotThere) {
  EXPECT_ERROR(DeviceNamed("cuda:99", "--device"), ErrorKind::kUsage, "using --device 'cuda:99': found");
}

TEST(PrepareNumerics, LeavesTheCpuAloneAndHoldsADeviceToFp32) {
  ::unsetenv("CUBLAS_WORKSPACE_CONFIG");
  at::globalContext().setFloat32MatmulPrecision("medium");
  PrepareNumerics(at::Device(at::kCPU), true);
  EXPECT_EQ(std::getenv("CUBLAS_WORKSPACE_CONFIG"), nullptr);
  EXPECT_EQ(at::globalContext().float32MatmulPrecision(), at::Float32MatmulPrecision::MEDIUM);
  PrepareNumerics(testing::SimulatedDevice(), false);
  EXPECT_EQ(at::globalContext().float32MatmulPrecision(), at::Float32MatmulPrecision::HIGHEST);
  EXPECT_EQ(std::getenv("CUBLAS_WORKSPACE_CONFIG"), nullptr);
  PrepareNumerics(testing::SimulatedDevice(), true);
  EXPECT_STREQ(std::getenv("CUBLAS_WORKSPACE_CONFIG"), ":4096:8");
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8", 1);
  PrepareNumerics(testing::SimulatedDevice(), true);
  EXPECT_STREQ(std::getenv("CUBLAS_WORKSPACE_CONFIG"), ":16:8");
}

TEST(Synchronize, ReturnsOnDevicesThatAreThere) {
  Synchronize(at::Device(at::kCPU));
  Synchronize(testing::SimulatedDevice());
}

}  // namespace
}  // namespace plumbline::device
