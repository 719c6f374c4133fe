// Affine maps over packed rows, and maps that read the same rows merged into one product.
// Called by the architectures in models/; knows nothing of names, files or configurations.
//
// Legend: N packed tokens, I input width, O output width.
#ifndef PLUMBLINE_MODELS_NN_LINEAR_H_
#define PLUMBLINE_MODELS_NN_LINEAR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/nn/four_bit.h"
#include "models/nn/low_rank.h"

namespace plumbline::nn {

// What may be attached to a map later: shared by all its copies.
struct LinearSlot {
  std::optional<LowRank> low_rank;
  // Stands for weight_OI, which then keeps its shape and nothing else.
  std::optional<FourBitWeight> four_bit;
  at::ScalarType compute_type = at::kFloat;  // of the 4-bit product
};

struct Linear {
  at::Tensor weight_OI;
  at::Tensor bias_O;  // undefined: none
  // Of an allocated map; null: nothing can be attached.
  std::shared_ptr<LinearSlot> slot = nullptr;

  bool is_four_bit() const { return slot && slot->four_bit; }
};

// Several Linears of the same input in one storage: one matrix product instead of one each. The
// parts are the trainable leaves (contiguous row ranges of the merged tensors, in order, of any
// widths); the merged tensors never require grad. All parts have a bias or none has.
struct MergedLinear {
  at::Tensor weight_OI;
  at::Tensor bias_O;
  std::vector<Linear> parts;
  // The part that makes attention keys, or -1. Its bias shifts all scores of a query alike, which
  // softmax ignores: its gradient is exactly zero, where summation would leave noise for the
  // optimizer to amplify.
  int64_t key_part = -1;
};

enum class Bias { kNone, kEach };

// Uninitialised weights of the options' device and type (fp32 unless named) that require grad.
Linear AllocateLinear(int64_t outputs, int64_t inputs, const at::TensorOptions& options,
                      Bias bias = Bias::kEach);
// `outputs_of_parts`: the width of each part.
MergedLinear AllocateMergedLinear(const std::vector<int64_t>& outputs_of_parts, int64_t inputs,
                                  int64_t key_part, const at::TensorOptions& options,
                                  Bias bias = Bias::kEach);

// x_NI * weight^T + bias, and the adapter's part where one is attached. `training` switches the
// adapter's dropout on. A frozen weight gets no gradient product. A 4-bit weight is dequantized for
// this product and again for its gradient; its result has the type of x.
at::Tensor Apply(const Linear& linear, const at::Tensor& x_NI, bool training = false);

// All parts side by side, (N, sum of their widths). Gradients reach the parts, not the merged
// tensors.
at::Tensor Apply(const MergedLinear& linear, const at::Tensor& x_NI, bool training = false);

// The parts [first, first + count) of a merged map as one: views of the same storage and leaves.
MergedLinear PartsOf(const MergedLinear& linear, size_t first, size_t count);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_LINEAR_H_
