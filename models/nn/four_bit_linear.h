// Products with 4-bit weights: dequantized for one product, forward and again backward, and let go
// of at once. Frozen: only the input gets a gradient. Called by the architectures; knows no name.
// Source: bitsandbytes 0.50.2, Linear4bit and MatMul4Bit.
//
// Legend: N packed tokens, I input width, O output width.
#ifndef PLUMBLINE_MODELS_NN_FOUR_BIT_LINEAR_H_
#define PLUMBLINE_MODELS_NN_FOUR_BIT_LINEAR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/nn/four_bit.h"

namespace plumbline::nn {

// Several matrices (O, I) of one input; their outputs lie side by side.
struct FourBitLinear {
  std::vector<FourBitWeight> parts;
  at::Tensor bias_O;  // of all parts, frozen; undefined: none

  int64_t resident_bytes() const;
};

// x_NI * weight^T + bias, (N, sum of the parts' O), in the type of x (that of autocast when it is
// on). At most one dequantized weight of these parts lives at a time, during the call or during
// its backward pass.
at::Tensor Apply(const FourBitLinear& linear, const at::Tensor& x_NI);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_FOUR_BIT_LINEAR_H_
