#include "harness/device/device.h"

#include <ATen/Context.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <optional>

#include "harness/base/error.h"

namespace plumbline::device {
namespace {

std::optional<at::Device> Parsed(const std::string& name) {
  try {
    const at::Device device(name);
    if (device.is_cpu() || device.is_cuda()) return device;
  } catch (const c10::Error&) {
  }
  return std::nullopt;
}

// A process of several on one machine has a GPU of its own: the launcher numbers them.
int LocalRank() {
  for (const char* variable : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID"}) {
    if (const char* value = std::getenv(variable)) return std::atoi(value);
  }
  return 0;
}

int NumGpus() {
  // A build without CUDA has no one to ask.
  if (!at::globalContext().hasCUDART()) return 0;
  return c10::impl::VirtualGuardImpl(at::kCUDA).deviceCount();
}

}  // namespace

at::Device DeviceNamed(const std::string& name, const std::string& what) {
  const std::string action = "using " + what + " " + Quoted(name);
  const std::optional<at::Device> device = Parsed(name);
  if (!device)
    Fail(ErrorKind::kUsage, action, "no device of that name", "cpu, cuda or cuda:N", "--device cpu");
  if (device->is_cpu()) return at::Device(at::kCPU);
  if (!at::globalContext().hasCUDART()) {
    Fail(ErrorKind::kUsage, action, "a LibTorch that is built for the CPU alone", "a CUDA build of it",
         "--device cpu, or a build with LIBTORCH_DIR=... --config=cuda");
  }
  const int num_gpus = NumGpus();
  const int index = device->has_index() ? device->index() : LocalRank();
  if (num_gpus == 0) {
    Fail(ErrorKind::kUsage, action, "no GPU that CUDA can use", "one with its driver",
         "nvidia-smi, or --device cpu");
  }
  if (index >= num_gpus) {
    Fail(ErrorKind::kUsage, action, std::to_string(num_gpus) + " GPU" + (num_gpus > 1 ? "s" : ""),
         "at least " + std::to_string(index + 1), "--device cuda:" + std::to_string(num_gpus - 1));
  }
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

void PrepareNumerics(const at::Device& device, bool deterministic) {
  if (device.is_cpu()) return;
  at::globalContext().setFloat32MatmulPrecision("highest");
  at::globalContext().setBenchmarkCuDNN(false);
  if (deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
}

void Synchronize(const at::Device& device) {
  if (device.is_cpu()) return;
  c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

}  // namespace plumbline::device
