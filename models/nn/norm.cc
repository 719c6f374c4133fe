#include "models/nn/norm.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/layer_norm.h>

namespace plumbline::nn {

LayerNorm AllocateLayerNorm(int64_t width, const at::TensorOptions& options) {
  return {at::empty({width}, options).requires_grad_(true),
          at::empty({width}, options).requires_grad_(true)};
}

at::Tensor Apply(const LayerNorm& norm, const at::Tensor& x_ND) {
  return at::layer_norm(x_ND, norm.weight_D.sizes(), norm.weight_D, norm.bias_D, kLayerNormEpsilon);
}

}  // namespace plumbline::nn
