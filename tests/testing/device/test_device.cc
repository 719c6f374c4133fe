#include "tests/testing/device/test_device.h"

#include <cstdlib>

namespace plumbline::testing {

at::Device TestDevice() {
  const char* name = std::getenv("PLUMBLINE_TEST_DEVICE");
  if (name != nullptr && *name != '\0') return at::Device(name);
  return c10::is_privateuse1_backend_registered() ? at::Device(at::kPrivateUse1, 0)
                                                  : at::Device(at::kCPU);
}

double DeviceFactor() { return TestDevice().is_cpu() ? 1 : 4; }

}  // namespace plumbline::testing
