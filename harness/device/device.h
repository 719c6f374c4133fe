// Devices by name, and what must be said to one beside its tensors. Called by what assembles a run and by the speed
// programs; knows no model. Needs no CUDA headers: a CUDA build of LibTorch is asked through the library's interfaces.
#ifndef PLUMBLINE_HARNESS_DEVICE_DEVICE_H_
#define PLUMBLINE_HARNESS_DEVICE_DEVICE_H_

#include <c10/core/Device.h>

#include <string>

namespace plumbline::device {

// "cpu", "cuda" (the first one; under a launcher the one of this process's number) or "cuda:N". `what` names the setting in errors ("runtime.device"). Errors: kUsage
// for another name, for CUDA under a CPU build of LibTorch, and for a GPU that is not there.
at::Device DeviceNamed(const std::string& name, const std::string& what);

// fp32 products in fp32, whatever the environment says of TF32; with `deterministic` cuBLAS gets the workspace that
// its repeatable kernels need (CUBLAS_WORKSPACE_CONFIG, unless it is set). Before the first product. No-op for the CPU.
void PrepareNumerics(const at::Device& device, bool deterministic);

// Returns when the device has done all it was given: before each reading of a clock. No-op for the CPU.
void Synchronize(const at::Device& device);

}  // namespace plumbline::device

#endif  // PLUMBLINE_HARNESS_DEVICE_DEVICE_H_
