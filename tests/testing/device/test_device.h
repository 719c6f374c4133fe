// The device that parity tests run on: in a test that links the simulated device, that one, whatever the environment
// says; on a machine with a GPU, with PLUMBLINE_TEST_DEVICE=cuda in the environment, the GPU; else the CPU.
#ifndef PLUMBLINE_TESTS_TESTING_DEVICE_TEST_DEVICE_H_
#define PLUMBLINE_TESTS_TESTING_DEVICE_TEST_DEVICE_H_

#include <c10/core/Device.h>

namespace plumbline::testing {

// The simulated device if it is linked, else PLUMBLINE_TEST_DEVICE ("cpu", "cuda", "cuda:1"), else the CPU.
at::Device TestDevice();

// Other kernels than the CPU's add in another order: what an absolute tolerance is multiplied with.
double DeviceFactor();

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_TESTING_DEVICE_TEST_DEVICE_H_
