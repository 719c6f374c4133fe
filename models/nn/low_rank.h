// Low-rank additions to affine maps (LoRA): what training changes while the map itself is frozen.
// Called by linear.cc; attached by models/adapt; knows nothing of names, files or how the map's own
// weights are stored.
// Source: Hu et al. 2021; peft 0.21, tuners/lora/layer.py.
//
// Legend: N packed rows, I input width, O output width of all parts, R rank.
#ifndef PLUMBLINE_MODELS_NN_LOW_RANK_H_
#define PLUMBLINE_MODELS_NN_LOW_RANK_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace plumbline::nn {

// The map's output gains scale * (dropout(x) * a^T) * b^T. fp32 whatever the map's type.
struct LowRank {
  at::Tensor a_RI;
  at::Tensor b_OR;
  double scale = 1;
  double dropout = 0;  // of the input, while training; drawn from the default generator
};

// The addition to the columns [begin, begin + rows of b) of an output.
struct AdaptedColumns {
  int64_t begin = 0;
  LowRank low_rank;
};

// y_NO with all additions made in place; differentiable in y, x and the factors. Sums run in the
// factors' type, under autocast in y's. Without gradients to record nothing is kept.
at::Tensor AddLowRank(const at::Tensor& y_NO, const at::Tensor& x_NI,
                      const std::vector<AdaptedColumns>& parts, bool training);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_LOW_RANK_H_
