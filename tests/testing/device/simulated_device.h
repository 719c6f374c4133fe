// A device ("simulated") of this process, for tests of code that runs on GPUs on machines without one. Its memory is closed
// to everybody but its own copies (reading a tensor's data from outside ends the process), every operator runs as the
// CPU's on copies, and an operator that gets tensors of this device and of the CPU together (other than single numbers)
// is refused, as CUDA refuses it. Autograd runs its backward pass on a thread of its own, as for a GPU. Linking the
// library registers it; its values are the CPU's, its speed is poor.
#ifndef PLUMBLINE_TESTS_TESTING_DEVICE_SIMULATED_DEVICE_H_
#define PLUMBLINE_TESTS_TESTING_DEVICE_SIMULATED_DEVICE_H_

#include <c10/core/Device.h>

#include <cstdint>

namespace plumbline::testing {

at::Device SimulatedDevice();

// Operators that ran on it so far: a test that meant to use it asks.
int64_t SimulatedCalls();

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_TESTING_DEVICE_SIMULATED_DEVICE_H_
