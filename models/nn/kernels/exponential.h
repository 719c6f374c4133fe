// exp of a float in plain operations, so that loops of it vectorise. Relative error below 2e-7 in [-87, 0].
#ifndef PLUMBLINE_MODELS_NN_KERNELS_EXPONENTIAL_H_
#define PLUMBLINE_MODELS_NN_KERNELS_EXPONENTIAL_H_

#include <cstdint>

#include "models/nn/kernels/target.h"

namespace plumbline::nn {

// For x <= 0, as in a softmax; below -87 the result is that of -87 (1.6e-38). Source: Cephes expf (Moshier).
PLUMBLINE_INLINE float ExpOfNonPositive(float x) {
  constexpr float kLog2E = 1.44269504088896341f;
  constexpr float kLn2High = 0.693359375f;
  constexpr float kLn2Low = -2.12194440e-4f;
  x = x < -87.0f ? -87.0f : x;
  const int32_t n = static_cast<int32_t>(x * kLog2E - 0.5f);  // nearest, for x <= 0
  const float whole = static_cast<float>(n);
  // The barrier keeps the two parts of ln 2 apart where sums may be reordered.
  const float r = __builtin_assoc_barrier(x - whole * kLn2High) - whole * kLn2Low;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float exp_r = p * r * r + r + 1.0f;
  return exp_r * __builtin_bit_cast(float, (n + 127) << 23);
}

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_EXPONENTIAL_H_
