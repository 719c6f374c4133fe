#include "models/nn/kernels/rms_norm.h"

#include <cmath>

#include "models/nn/kernels/target.h"

namespace plumbline::nn {

PLUMBLINE_EVERY_ISA
void RmsNormRows(int64_t num_rows, int64_t width, float epsilon, const float* x_ND,
                 const float* weight_D, float* inverse_N, float* out_ND) {
  for (int64_t row = 0; row < num_rows; ++row) {
    const float* x = x_ND + row * width;
    float* out = out_ND + row * width;
    float squares = 0;
    for (int64_t d = 0; d < width; ++d) squares += x[d] * x[d];
    const float inverse = 1.0f / std::sqrt(squares / static_cast<float>(width) + epsilon);
    for (int64_t d = 0; d < width; ++d) out[d] = weight_D[d] * (x[d] * inverse);
    inverse_N[row] = inverse;
  }
}

PLUMBLINE_EVERY_ISA
void RmsNormBackwardRows(int64_t num_rows, int64_t width, const float* x_ND, const float* weight_D,
                         const float* inverse_N, const float* grad_out_ND, float* grad_x_ND,
                         float* grad_weight_D) {
  for (int64_t row = 0; row < num_rows; ++row) {
    const float* x = x_ND + row * width;
    const float* grad_out = grad_out_ND + row * width;
    float* grad_x = grad_x_ND + row * width;
    const float inverse = inverse_N[row];
    float product = 0;
    for (int64_t d = 0; d < width; ++d) product += grad_out[d] * weight_D[d] * x[d];
    const float share = product / static_cast<float>(width) * inverse * inverse;
    for (int64_t d = 0; d < width; ++d) {
      grad_weight_D[d] += grad_out[d] * (x[d] * inverse);
      grad_x[d] = inverse * (grad_out[d] * weight_D[d] - x[d] * share);
    }
  }
}

}  // namespace plumbline::nn
