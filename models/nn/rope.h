// Rotary position embeddings in the half-split layout of transformers: column e of a head turns
// together with column e + E/2. Called by the decoder-only architectures in models/; knows nothing
// of configurations or caches.
//
// Legend: N packed tokens, H heads, E head width, F = E / 2 frequencies.
#ifndef PLUMBLINE_MODELS_NN_ROPE_H_
#define PLUMBLINE_MODELS_NN_ROPE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace plumbline::nn {

enum class RopeScaling { kNone, kLinear, kLlama3 };

struct RopeSettings {
  int64_t head_width = 2;  // even
  double theta = 10000.0;
  RopeScaling scaling = RopeScaling::kNone;
  double factor = 1.0;                              // kLinear, kLlama3
  double low_freq_factor = 1.0;                     // kLlama3
  double high_freq_factor = 4.0;                    // kLlama3
  int64_t original_max_position_embeddings = 8192;  // kLlama3
};

// Radians a position, frequencies_F, fp32 on the CPU, by the reference's operations in its order.
// kLlama3: wavelengths above original / low_freq_factor are stretched by `factor`, those below
// original / high_freq_factor stay, between them both are blended.
// Source: transformers 5.23, modeling_rope_utils.py.
at::Tensor RopeFrequencies(const RopeSettings& settings);

// Cosines and sines of every row's angles, fp32.
struct RopeTable {
  at::Tensor cos_NF;
  at::Tensor sin_NF;
};
RopeTable MakeRopeTable(const at::Tensor& frequencies_F, const std::vector<int64_t>& positions_N,
                        const at::Device& device);

// The rows `first` to `first + count` of a table, views.
RopeTable Narrow(const RopeTable& table, int64_t first, int64_t count);
// The rows of a table that `rows_K` (int64) names.
RopeTable Select(const RopeTable& table, const at::Tensor& rows_K);

// x_NHE turned by its row's angles, contiguous; differentiable in x.
at::Tensor Rotate(const at::Tensor& x_NHE, const RopeTable& table);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_ROPE_H_
