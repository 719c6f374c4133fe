// Counts the allocations of tensors on one kind of device while it lives: how many, how many bytes, and the peak of what was alive at once.
// Called around training steps; timed repetitions run without it. At most one lives on a thread at a time.
#ifndef PLUMBLINE_HARNESS_TRAIN_ALLOCATION_COUNTER_H_
#define PLUMBLINE_HARNESS_TRAIN_ALLOCATION_COUNTER_H_

#include <c10/core/DeviceType.h>

#include <cstdint>
#include <memory>

namespace plumbline::train {

struct AllocationCounts {
  int64_t count = 0;       // requests of more than 0 bytes
  int64_t bytes = 0;       // sum of the requests, as asked for (before alignment)
  int64_t peak_bytes = 0;  // most bytes alive at once, of those allocated inside the scope

  // Scopes after one another: counts and bytes add, the peak is the larger one.
  AllocationCounts& operator+=(const AllocationCounts& other);
  bool operator==(const AllocationCounts&) const = default;
};

// Listens to LibTorch's own reports of memory, on this thread and those that autograd starts for it. Construct and
// destroy it on one thread. Tensors allocated inside may outlive it.
class AllocationCounter {
 public:
  explicit AllocationCounter(c10::DeviceType device = c10::DeviceType::CPU);
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  AllocationCounts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_ALLOCATION_COUNTER_H_
