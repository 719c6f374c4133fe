#include "harness/train/allocation_counter.h"

#include <c10/core/Allocator.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "harness/base/error.h"

namespace plumbline::train {

struct AllocationCounter::State {
  std::atomic<int64_t> count{0}, bytes{0}, live_bytes{0}, peak_bytes{0};

  void Allocated(int64_t size_bytes) {
    ++count;
    bytes += size_bytes;
    const int64_t live = live_bytes += size_bytes;
    int64_t peak = peak_bytes.load();
    while (live > peak && !peak_bytes.compare_exchange_weak(peak, live)) {
    }
  }
};

// LibTorch wants allocators that live for ever, so there is one, and it points at the scope in force. Outside a scope
// it only passes requests on: a storage made inside remembers it and asks it again when it grows.
class CountingAllocator : public c10::Allocator {
 public:
  static CountingAllocator& Instance() {
    static CountingAllocator instance;
    return instance;
  }

  c10::DataPtr allocate(size_t size_bytes) override {
    c10::DataPtr inner = base_->allocate(size_bytes);
    if (size_bytes == 0 || state_ == nullptr) return inner;
    const auto size = static_cast<int64_t>(size_bytes);
    state_->Allocated(size);
    void* data = inner.get();
    const c10::Device device = inner.device();
    return {data, new Block{std::move(inner), size, state_}, &Free, device};
  }

  void copy_data(void* destination, const void* source, size_t size_bytes) const override {
    default_copy_data(destination, source, size_bytes);
  }

  void Install(std::shared_ptr<AllocationCounter::State> state) {
    PLUMBLINE_CHECK(state_ == nullptr);
    if (base_ == nullptr) base_ = c10::GetAllocator(c10::DeviceType::CPU);
    state_ = std::move(state);
    c10::SetAllocator(c10::DeviceType::CPU, this);
  }

  void Remove() {
    c10::SetAllocator(c10::DeviceType::CPU, base_);
    state_.reset();
  }

 private:
  struct Block {
    c10::DataPtr inner;
    int64_t size_bytes;
    std::shared_ptr<AllocationCounter::State> state;
  };

  static void Free(void* context) {
    const std::unique_ptr<Block> block(static_cast<Block*>(context));
    block->state->live_bytes -= block->size_bytes;
  }

  c10::Allocator* base_ = nullptr;  // LibTorch's own, once seen never forgotten
  std::shared_ptr<AllocationCounter::State> state_;
};

AllocationCounts& AllocationCounts::operator+=(const AllocationCounts& other) {
  count += other.count;
  bytes += other.bytes;
  peak_bytes = std::max(peak_bytes, other.peak_bytes);
  return *this;
}

AllocationCounter::AllocationCounter() : state_(std::make_shared<State>()) {
  CountingAllocator::Instance().Install(state_);
}

AllocationCounter::~AllocationCounter() { CountingAllocator::Instance().Remove(); }

AllocationCounts AllocationCounter::counts() const {
  return {state_->count.load(), state_->bytes.load(), state_->peak_bytes.load()};
}

}  // namespace plumbline::train
