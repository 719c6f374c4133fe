// Pointwise activations by HuggingFace's names. Called by the architectures in models/.
//
// Legend: N packed tokens, F inner width.
#ifndef PLUMBLINE_MODELS_NN_ACTIVATION_H_
#define PLUMBLINE_MODELS_NN_ACTIVATION_H_

#include <ATen/core/Tensor.h>

#include <string>

namespace plumbline::nn {

// "gelu" (exact), "gelu_new" (tanh), "relu", "silu". Errors: kInternal for others: configs are checked where read.
at::Tensor Activate(const std::string& name, const at::Tensor& x_NF);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_ACTIVATION_H_
