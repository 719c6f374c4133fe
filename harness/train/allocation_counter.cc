#include "harness/train/allocation_counter.h"

#include <c10/core/Allocator.h>
#include <c10/util/Logging.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"

namespace plumbline::train {
namespace {

// c10's numbers of log levels.
constexpr int kErrorLevel = 2;

// LibTorch reports each allocation of this thread, and of the threads that inherit its debug information.
class Reporter : public c10::MemoryReportingInfoBase {
 public:
  explicit Reporter(c10::DeviceType device) : device_(device) {}

  void reportMemoryUsage(void* block, int64_t size_bytes, size_t, size_t, c10::Device device) override {
    if (device.type() != device_) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    size_bytes > 0 ? Allocated(block, size_bytes) : Freed(block);
  }

  bool memoryProfilingEnabled() const override { return true; }

  AllocationCounts counts() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return counts_;
  }

 private:
  void Allocated(void* block, int64_t size_bytes) {
    sizes_bytes_[block] = size_bytes;
    live_bytes_ += size_bytes;
    ++counts_.count;
    counts_.bytes += size_bytes;
    counts_.peak_bytes = std::max(counts_.peak_bytes, live_bytes_);
  }

  // Blocks from before the scope are not ours to subtract.
  void Freed(void* block) {
    const auto found = sizes_bytes_.find(block);
    if (found == sizes_bytes_.end()) return;
    live_bytes_ -= found->second;
    sizes_bytes_.erase(found);
  }

  c10::DeviceType device_;
  mutable std::mutex mutex_;
  std::unordered_map<void*, int64_t> sizes_bytes_;  // alive, by address; never iterated
  int64_t live_bytes_ = 0;
  AllocationCounts counts_;
};

}  // namespace

struct AllocationCounter::State {
  explicit State(c10::DeviceType device)
      : former_log_level(std::exchange(FLAGS_caffe2_log_level, std::max(FLAGS_caffe2_log_level, kErrorLevel))),
        reporter(std::make_shared<Reporter>(device)),
        guard(c10::DebugInfoKind::PROFILER_STATE, reporter) {}
  ~State() { FLAGS_caffe2_log_level = former_log_level; }

  int former_log_level;  // LibTorch warns of every thousandth block that was there before the scope
  std::shared_ptr<Reporter> reporter;
  c10::DebugInfoGuard guard;
};

AllocationCounts& AllocationCounts::operator+=(const AllocationCounts& other) {
  count += other.count;
  bytes += other.bytes;
  peak_bytes = std::max(peak_bytes, other.peak_bytes);
  return *this;
}

AllocationCounter::AllocationCounter(c10::DeviceType device) {
  PLUMBLINE_CHECK(c10::ThreadLocalDebugInfo::get(c10::DebugInfoKind::PROFILER_STATE) == nullptr);
  state_ = std::make_unique<State>(device);
}

AllocationCounter::~AllocationCounter() = default;

AllocationCounts AllocationCounter::counts() const { return state_->reporter->counts(); }

}  // namespace plumbline::train
