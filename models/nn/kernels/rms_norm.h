// Root-mean-square normalisation of raw fp32 rows, forward and backward. Called by
// models/nn/rms_norm.cc; knows nothing of tensors or threads.
//
// Legend: N rows, D width.
#ifndef PLUMBLINE_MODELS_NN_KERNELS_RMS_NORM_H_
#define PLUMBLINE_MODELS_NN_KERNELS_RMS_NORM_H_

#include <cstdint>

namespace plumbline::nn {

// out = weight * x * inverse, inverse_N = 1 / sqrt(mean(x^2) + epsilon).
void RmsNormRows(int64_t num_rows, int64_t width, float epsilon, const float* x_ND,
                 const float* weight_D, float* inverse_N, float* out_ND);

// grad_x = inverse * (g - x * inverse^2 * mean(g * x)) with g = grad_out * weight; adds
// sum_N(grad_out * x * inverse) to grad_weight_D.
void RmsNormBackwardRows(int64_t num_rows, int64_t width, const float* x_ND, const float* weight_D,
                         const float* inverse_N, const float* grad_out_ND, float* grad_x_ND,
                         float* grad_weight_D);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_RMS_NORM_H_
