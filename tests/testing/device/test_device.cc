#include "tests/testing/device/test_device.h"

#include <cstdlib>

namespace plumbline::testing {

at::Device TestDevice() {
  if (c10::is_privateuse1_backend_registered()) return at::Device(at::kPrivateUse1, 0);
  const char* name = std::getenv("PLUMBLINE_TEST_DEVICE");
  return name != nullptr && *name != '\0' ? at::Device(name) : at::Device(at::kCPU);
}

double DeviceFactor() { return TestDevice().is_cpu() ? 1 : 4; }

}  // namespace plumbline::testing
