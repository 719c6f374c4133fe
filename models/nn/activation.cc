#include "models/nn/activation.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

#include "harness/base/error.h"

namespace plumbline::nn {

at::Tensor Activate(const std::string& name, const at::Tensor& x_NF) {
  if (name == "gelu") return at::gelu(x_NF, "none");
  if (name == "gelu_new") return at::gelu(x_NF, "tanh");
  if (name == "relu") return at::relu(x_NF);
  PLUMBLINE_CHECK(name == "silu");
  return at::silu(x_NF);
}

}  // namespace plumbline::nn
