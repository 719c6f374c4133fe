// Root-mean-square normalisation over the last axis. Called by the architectures in models/; knows
// nothing of names, files or configurations.
//
// Legend: N packed rows (leading axes may be several), D width.
#ifndef PLUMBLINE_MODELS_NN_RMS_NORM_H_
#define PLUMBLINE_MODELS_NN_RMS_NORM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace plumbline::nn {

// Where the normalised row, computed in fp32, is rounded before it meets the weight. The two differ
// in half precision alone. Source: transformers 5.23, T5LayerNorm and LlamaRMSNorm.
enum class RmsRounding {
  kToWeight,  // T5, mT5: to the weight's type, and only when that is a half type
  kToInput,   // Llama, Qwen3: back to the input's type
};

struct RmsNorm {
  at::Tensor weight_D;
  double epsilon = 1e-6;
  RmsRounding rounding = RmsRounding::kToInput;
};

// Uninitialised weight of the options' type and device that requires grad.
RmsNorm AllocateRmsNorm(int64_t width, double epsilon, RmsRounding rounding,
                        const at::TensorOptions& options);

// weight * x / sqrt(mean(x^2) + epsilon), the mean in fp32; differentiable in x and weight. Shape of
// x_ND; the type that weight and rounded row promote to.
at::Tensor Apply(const RmsNorm& norm, const at::Tensor& x_ND);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_RMS_NORM_H_
