// Attention of one decoding step over raw fp32 rows: self-attention that reads a beam's history through a table
// of ancestors, and cross-attention in which all beams of an item share each load of its keys and values. Called by
// the caches in models/nn/decode_cache.h; knows nothing of tensors, layers or threads.
//
// Legend: H heads, E head width, D = H * E, T steps, S source tokens, SP = S rounded up to kLanes, R beams.
#ifndef PLUMBLINE_MODELS_NN_KERNELS_DECODE_ATTENTION_H_
#define PLUMBLINE_MODELS_NN_KERNELS_DECODE_ATTENTION_H_

#include <cstdint>

namespace plumbline::nn {

inline constexpr int64_t kLanes = 16;

inline int64_t RoundUpToLanes(int64_t size) { return (size + kLanes - 1) / kLanes * kLanes; }

struct HeadShape {
  int64_t num_heads = 1;
  int64_t head_width = 1;
  float scale = 1;  // of the products of queries and keys
  int64_t width() const { return num_heads * head_width; }
};

// Keys or values of one layer: row `ancestors[t]` of step t is at base + (t * num_rows + ancestors[t]) * D.
struct HistoryView {
  const float* keys = nullptr;
  const float* values = nullptr;
  const int32_t* ancestors_T = nullptr;
  int64_t num_steps = 0;
  int64_t num_rows = 0;
  const float* bias_HT = nullptr;  // added to the scores, heads bias_stride apart; null: none
  int64_t bias_stride = 0;
};

// One row, all heads: context_D = softmax(scale * q . k_t + bias_t) v_t. `scores_T` is overwritten.
void AttendHistory(const HeadShape& shape, const HistoryView& history, const float* query_D,
                   float* scores_T, float* context_D);

// One item and layer, packed once: keys as H x B x E x L (B blocks of L = kLanes source tokens), values as H x S x E.
// `kv_S2D`: rows of D keys then D values. Padding keys are zero.
void PackCross(const HeadShape& shape, int64_t num_source, const float* kv_S2D, float* keys_HBEL,
               float* values_HSE);

// Floats that PackCross writes for keys and for values.
int64_t PackedKeyCount(const HeadShape& shape, int64_t num_source);
int64_t PackedValueCount(const HeadShape& shape, int64_t num_source);

// One head of one item: rows `num_beams` of queries and contexts, D apart, already at the head's first column.
// `scores_RSP` is overwritten: num_beams * SP floats.
void AttendCrossHead(const HeadShape& shape, int64_t num_source, const float* keys_BEL,
                     const float* values_SE, int64_t num_beams, const float* queries,
                     float* scores_RSP, float* contexts);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_DECODE_ATTENTION_H_
