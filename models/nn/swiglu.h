// The gated activation of Llama and Qwen3 over merged projections. Called by the decoder-only
// architectures in models/.
//
// Legend: N packed tokens, F inner width.
#ifndef PLUMBLINE_MODELS_NN_SWIGLU_H_
#define PLUMBLINE_MODELS_NN_SWIGLU_H_

#include <ATen/core/Tensor.h>

namespace plumbline::nn {

// silu(gate) * up of gate and up side by side, (N, 2 F) to (N, F); differentiable. Keeps its input
// alone for the backward pass.
at::Tensor SwiGlu(const at::Tensor& gate_up_N2F);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_SWIGLU_H_
