// Layer normalisation over the last axis. Called by the architectures in models/.
//
// Legend: N packed tokens, D width.
#ifndef PLUMBLINE_MODELS_NN_NORM_H_
#define PLUMBLINE_MODELS_NN_NORM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace plumbline::nn {

struct LayerNorm {
  at::Tensor weight_D;
  at::Tensor bias_D;
};

// BART's published value; a checkpoint cannot change it.
inline constexpr double kLayerNormEpsilon = 1e-5;

LayerNorm AllocateLayerNorm(int64_t width, const at::TensorOptions& options);

at::Tensor Apply(const LayerNorm& norm, const at::Tensor& x_ND);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_NORM_H_
