// Multi-head self-attention of packed items with a bias added to the scores, itself trained: the library's flash kernel
// has no gradient for it. Called by the T5 architecture.
//
// Legend: N packed tokens, D width (heads x head width), H heads, T tokens of the longest item.
#ifndef PLUMBLINE_MODELS_NN_BIASED_ATTENTION_H_
#define PLUMBLINE_MODELS_NN_BIASED_ATTENTION_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace plumbline::nn {

// Context_ND of qkv_N3D (queries, keys, values side by side), items cut by offsets (first 0, last N). Scores are
// unscaled products plus the leading corner of bias_HTT, which masks by -inf. `dropout` of the probabilities is drawn
// from the default generator. Without gradients nothing of size tokens x tokens is allocated.
at::Tensor BiasedSelfAttention(const at::Tensor& qkv_N3D, const at::Tensor& bias_HTT,
                               const std::vector<int64_t>& offsets, double dropout);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_BIASED_ATTENTION_H_
