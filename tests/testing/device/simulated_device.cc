#include "tests/testing/device/simulated_device.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>

namespace plumbline::testing {
namespace {

constexpr auto kType = c10::DeviceType::PrivateUse1;
const at::Device kDevice(kType, 0);

std::atomic<int64_t> num_calls = 0;

// Pages that nobody may touch outside of a copy.
class ClosedMemory {
 public:
  void* Allocate(size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t size = RoundUp(bytes);
    void* block = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(block != MAP_FAILED, "the simulated device is out of memory");
    blocks_[block] = {size, bytes, 0};
    return block;
  }

  // The size that was asked for.
  size_t Free(void* block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = blocks_.find(block);
    const size_t bytes = found->second.bytes;
    ::munmap(block, found->second.size);
    blocks_.erase(found);
    return bytes;
  }

  void Open(void* block) { Change(block, 1); }
  void Close(void* block) { Change(block, -1); }

 private:
  struct Block {
    size_t size, bytes;
    int num_open;
  };

  static size_t RoundUp(size_t bytes) {
    const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
  }

  void Change(void* block, int by) {
    const std::lock_guard<std::mutex> lock(mutex_);
    Block& found = blocks_.at(block);
    found.num_open += by;
    ::mprotect(block, found.size, found.num_open > 0 ? PROT_READ | PROT_WRITE : PROT_NONE);
  }

  std::mutex mutex_;
  std::map<void*, Block> blocks_;
};

ClosedMemory& TheMemory() {
  static ClosedMemory& memory = *new ClosedMemory;  // outlives every tensor
  return memory;
}

void FreeBlock(void* block) {
  const auto bytes = static_cast<int64_t>(TheMemory().Free(block));
  c10::reportMemoryUsageToProfiler(block, -bytes, 0, 0, kDevice);
}

class SimulatedAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes == 0) return {nullptr, kDevice};
    void* block = TheMemory().Allocate(bytes);
    c10::reportMemoryUsageToProfiler(block, static_cast<int64_t>(bytes), 0, 0, kDevice);
    return {block, block, &FreeBlock, kDevice};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &FreeBlock; }
  void copy_data(void*, const void*, std::size_t) const override {
    TORCH_CHECK(false, "the simulated device copies tensors alone");
  }
};

SimulatedAllocator the_allocator;

// A tensor's memory seen as the CPU's, open while this lives.
class Opened {
 public:
  explicit Opened(const at::Tensor& tensor) {
    if (tensor.device().type() != kType) {
      seen_ = tensor;
      return;
    }
    block_ = tensor.storage().unsafeGetStorageImpl()->mutable_data();
    TheMemory().Open(block_);
    auto* first = static_cast<char*>(block_) + tensor.storage_offset() * tensor.element_size();
    seen_ = at::from_blob(first, tensor.sizes(), tensor.strides(),
                          at::TensorOptions(at::kCPU).dtype(tensor.scalar_type()));
  }
  ~Opened() {
    if (block_ != nullptr) TheMemory().Close(block_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  const at::Tensor& seen() const { return seen_; }

 private:
  at::Tensor seen_;
  void* block_ = nullptr;
};

at::Tensor Empty(at::IntArrayRef size, std::optional<at::ScalarType> dtype,
                 std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>,
                 std::optional<at::MemoryFormat> format) {
  return at::Tensor(at::detail::empty_generic(size, &the_allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                              c10::dtype_or_default(dtype), format));
}

at::Tensor EmptyStrided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> dtype,
                        std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::Tensor(at::detail::empty_strided_generic(
      size, stride, &the_allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
      c10::dtype_or_default(dtype)));
}

at::Tensor CopyFrom(const at::Tensor& source, const at::Tensor& target, bool) {
  if (source.numel() == 0) return target;
  const Opened from(source), to(target);
  to.seen().copy_(from.seen());
  return target;
}

// Results that the library allocates empty and lets an operator size.
at::Tensor CopyFromAndResize(const at::Tensor& source, const at::Tensor& target) {
  if (source.sizes() != target.sizes()) {
    TORCH_CHECK(target.numel() == 0, "the simulated device resizes empty tensors alone");
    c10::StorageImpl* storage = target.storage().unsafeGetStorageImpl();
    const size_t bytes = source.numel() * target.element_size();
    storage->set_data_ptr_noswap(the_allocator.allocate(bytes));
    storage->set_nbytes(bytes);
    target.unsafeGetTensorImpl()->set_sizes_contiguous(source.sizes());
  }
  return CopyFrom(source, target, false);
}

// CUDA's operators take single numbers of the CPU beside their tensors, nothing else of it.
void RequireOneDevice(const std::string& name, const at::Tensor& tensor, bool& has_own, bool& has_cpu) {
  if (!tensor.defined()) return;
  has_own = has_own || tensor.device().type() == kType;
  has_cpu = has_cpu || (tensor.is_cpu() && tensor.dim() > 0);
  TORCH_CHECK(!has_own || !has_cpu, "Expected all tensors to be on the same device: ", name,
              " got tensors of ", kDevice, " and of the CPU");
}

void RunOnCopies(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const std::string& name = op.schema().name();
  bool has_own = false, has_cpu = false;
  for (const c10::IValue& value : torch::jit::last(*stack, op.schema().arguments().size())) {
    if (value.isTensor()) RequireOneDevice(name, value.toTensor(), has_own, has_cpu);
    if (!value.isTensorList() && !value.isOptionalTensorList()) continue;
    for (const c10::IValue& each : value.toListRef()) {
      if (each.isTensor()) RequireOneDevice(name, each.toTensor(), has_own, has_cpu);
    }
  }
  ++num_calls;
  at::native::cpu_fallback(op, stack);
}

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(at::DeviceIndex) const override { return true; }
  // What is drawn comes from the CPU's generator; this one's state is saved and restored all the same.
  const at::Generator& getDefaultGenerator(at::DeviceIndex) const override {
    static const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(7);
    return generator;
  }
};

class Guard final : public c10::impl::NoOpDeviceGuardImpl<kType> {
 public:
  at::Device exchangeDevice(at::Device) const override { return kDevice; }
  at::Device getDevice() const override { return kDevice; }
  c10::Stream getStream(at::Device) const noexcept override { return TheStream(); }
  c10::Stream getNewStream(at::Device, int) const override { return TheStream(); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return TheStream(); }
  void synchronizeDevice(const at::DeviceIndex) const override {}

 private:
  static c10::Stream TheStream() { return c10::Stream(c10::Stream::DEFAULT, kDevice); }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

[[maybe_unused]] const bool is_registered = [] {
  c10::register_privateuse1_backend("simulated");
  at::RegisterPrivateUse1HooksInterface(new Hooks);
  return true;
}();

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&RunOnCopies>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", &Empty);
  library.impl("empty_strided", &EmptyStrided);
  library.impl("_copy_from", &CopyFrom);
  library.impl("_copy_from_and_resize", &CopyFromAndResize);
  library.impl("as_strided", &at::native::as_strided_tensorimpl);
  library.impl("view", &at::native::view);
  library.impl("_reshape_alias", &at::native::_reshape_alias);
  library.impl("unfold", &at::native::unfold);
}

// Autocast with CUDA's own lists.
TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, library) { library.fallback(torch::CppFunction::makeFallthrough()); }

TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
#define LOWER(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
#define WHOLE(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)
#define WHOLE_BY_OPTION(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32_set_opt_dtype)
#define WIDEST(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, promote)
  AT_FORALL_LOWER_PRECISION_FP(LOWER)
  AT_FORALL_FP32(WHOLE)
  AT_FORALL_FP32_SET_OPT_DTYPE(WHOLE_BY_OPTION)
  AT_FORALL_PROMOTE(WIDEST)
#undef LOWER
#undef WHOLE
#undef WHOLE_BY_OPTION
#undef WIDEST
}

}  // namespace

at::Device SimulatedDevice() { return kDevice; }

int64_t SimulatedCalls() { return num_calls; }

}  // namespace plumbline::testing
