// Counts ATen operator calls by name and shape class, and the FLOPs of their matrix products, while it lives.
// Called around training steps; timed repetitions run without it. Process-wide: at most one lives at a time.
#ifndef PLUMBLINE_HARNESS_TRAIN_OPERATOR_COUNTER_H_
#define PLUMBLINE_HARNESS_TRAIN_OPERATOR_COUNTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace plumbline::train {

struct OperatorCounts {
  std::map<std::string, int64_t> calls;        // "aten::mm" -> calls, nested ones included
  // "aten::mm [64x256,256x256]" -> calls. The class of a shape is each size rounded up to a power of two; a list of
  // three tensors is "{3}", an absent tensor "-", numbers and flags are left out.
  std::map<std::string, int64_t> shape_calls;
  // Of matrix products alone, forward and backward, two for each multiply-add: mm, addmm, bmm, baddbmm, mv, addmv,
  // and the fused CPU attention (2 products forward, 5 backward, masks not subtracted).
  int64_t flops = 0;
  std::map<std::string, int64_t> product_dtypes;  // "float32" -> matrix products in it (the list above)

  OperatorCounts& operator+=(const OperatorCounts& other);
  bool operator==(const OperatorCounts&) const = default;
};

// Calls on every thread count (autograd's and OpenMP's too); the totals do not depend on their order.
class OperatorCounter {
 public:
  OperatorCounter();
  ~OperatorCounter();
  OperatorCounter(const OperatorCounter&) = delete;
  OperatorCounter& operator=(const OperatorCounter&) = delete;

  // What was counted so far.
  OperatorCounts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_OPERATOR_COUNTER_H_
