// Causal attention of packed items with grouped heads: consecutive query heads share one head of
// keys and values, which is never expanded. Called by the decoder-only architectures in models/;
// knows nothing of projections or positions.
//
// Legend: M packed query rows, N packed rows, H query heads, K key heads, E head width.
#ifndef PLUMBLINE_MODELS_NN_GROUPED_ATTENTION_H_
#define PLUMBLINE_MODELS_NN_GROUPED_ATTENTION_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace plumbline::nn {

// Rows of every item and the queries among them: the last ones of each item, possibly none.
struct GroupedItems {
  std::vector<int64_t> query_offsets;  // one more than items, first 0, last M
  std::vector<int64_t> key_offsets;    // one more than items, first 0, last N

  size_t num_items() const { return key_offsets.size() - 1; }
  int64_t num_queries(size_t i) const { return query_offsets[i + 1] - query_offsets[i]; }
  int64_t num_keys(size_t i) const { return key_offsets[i + 1] - key_offsets[i]; }
};

// Context_MHE, contiguous: the q-th last query of an item sees all its rows but the q last ones
// after it. Scores are scaled by E ^ -0.5; query head h reads key head h / (H / K). k and v may be
// strided views with a dense last axis. `dropout` of the probabilities is drawn from the default
// generator. Softmax in fp32.
at::Tensor GroupedCausalAttention(const at::Tensor& q_MHE, const at::Tensor& k_NKE,
                                  const at::Tensor& v_NKE, const GroupedItems& items,
                                  double dropout);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_GROUPED_ATTENTION_H_
