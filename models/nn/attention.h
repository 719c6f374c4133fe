// Multi-head attention of packed items: every item attends within its own rows, so nothing is ever
// padded. Called by the architectures in models/; knows nothing of projections, masks from ids, or
// caches.
//
// Legend: M packed query tokens, N packed key tokens, D width (heads x head width).
#ifndef PLUMBLINE_MODELS_NN_ATTENTION_H_
#define PLUMBLINE_MODELS_NN_ATTENTION_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace plumbline::nn {

// How rows attend.
struct AttentionSettings {
  int64_t num_heads = 1;
  bool is_causal = false;  // query i sees keys 0..i of its item; needs equal offsets on both sides
  double dropout = 0;      // of the attention probabilities, drawn from the default generator
  std::optional<double> scale = std::nullopt;  // of the scores; head width ^ -0.5 when absent
};

// Context_ND of qkv_N3D (queries, keys, values side by side), items cut by offsets (first 0, last
// N).
at::Tensor SelfAttention(const at::Tensor& qkv_N3D, const std::vector<int64_t>& offsets,
                         const AttentionSettings& settings);

// Context_MD of q_MD over kv_N2D (keys, values side by side); item i of one side attends to item i
// of the other.
at::Tensor CrossAttention(const at::Tensor& q_MD, const std::vector<int64_t>& query_offsets,
                          const at::Tensor& kv_N2D, const std::vector<int64_t>& key_offsets,
                          const AttentionSettings& settings);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_ATTENTION_H_
