#include "models/nn/kernels/decode_attention.h"

#include <cstring>

#include "models/nn/kernels/attention_tiles.h"
#include "models/nn/kernels/target.h"

namespace plumbline::nn {
namespace {

template <int kTile>
PLUMBLINE_INLINE void AttendTile(const HeadShape& shape, int64_t num_source, const float* keys_BEL,
                                 const float* values_SE, const float* queries, float* scores_RSP,
                                 float* contexts) {
  const int64_t num_padded = RoundUpToLanes(num_source);
  ScoreTile<kTile>(shape.head_width, shape.scale, num_padded, keys_BEL, {queries, shape.width()},
                   {scores_RSP, num_padded});
  float factors[kTile];
  for (int beam = 0; beam < kTile; ++beam) {
    factors[beam] = SoftmaxInPlace(scores_RSP + beam * num_padded, num_source);
  }
  MixTile<kTile>(shape.head_width, num_source, values_SE, {scores_RSP, num_padded}, factors,
                 {contexts, shape.width()});
}

}  // namespace

PLUMBLINE_EVERY_ISA
void AttendHistory(const HeadShape& shape, const HistoryView& history, const float* query_D,
                   float* scores_T, float* context_D) {
  const int64_t width = shape.width();
  const int64_t step_stride = history.num_rows * width;
  for (int64_t head = 0; head < shape.num_heads; ++head) {
    const int64_t column = head * shape.head_width;
    const float* query = query_D + column;
    float* context = context_D + column;
    for (int64_t t = 0; t < history.num_steps; ++t) {
      const float* key =
          history.keys + t * step_stride + history.ancestors_T[t] * width + column;
      float sum = 0;
      for (int64_t e = 0; e < shape.head_width; ++e) sum += query[e] * key[e];
      scores_T[t] = sum * shape.scale;
    }
    if (history.bias_HT != nullptr) {
      const float* bias_T = history.bias_HT + head * history.bias_stride;
      for (int64_t t = 0; t < history.num_steps; ++t) scores_T[t] += bias_T[t];
    }
    const float factor = SoftmaxInPlace(scores_T, history.num_steps);
    for (int64_t e = 0; e < shape.head_width; ++e) context[e] = 0;
    for (int64_t t = 0; t < history.num_steps; ++t) {
      const float* value =
          history.values + t * step_stride + history.ancestors_T[t] * width + column;
      const float weight = scores_T[t] * factor;
      for (int64_t e = 0; e < shape.head_width; ++e) context[e] += weight * value[e];
    }
  }
}

int64_t PackedKeyCount(const HeadShape& shape, int64_t num_source) {
  return shape.width() * RoundUpToLanes(num_source);
}

int64_t PackedValueCount(const HeadShape& shape, int64_t num_source) {
  return shape.width() * num_source;
}

void PackCross(const HeadShape& shape, int64_t num_source, const float* kv_S2D, float* keys_HBEL,
               float* values_HSE) {
  const int64_t width = shape.width();
  const int64_t num_padded = RoundUpToLanes(num_source);
  std::memset(keys_HBEL, 0, sizeof(float) * static_cast<size_t>(width * num_padded));
  for (int64_t s = 0; s < num_source; ++s) {
    const float* keys = kv_S2D + s * 2 * width;
    float* const lane = keys_HBEL + s / kLanes * shape.head_width * kLanes + s % kLanes;
    for (int64_t head = 0; head < shape.num_heads; ++head) {
      for (int64_t e = 0; e < shape.head_width; ++e)
        lane[head * shape.head_width * num_padded + e * kLanes] = keys[head * shape.head_width + e];
    }
    for (int64_t head = 0; head < shape.num_heads; ++head) {
      std::memcpy(values_HSE + (head * num_source + s) * shape.head_width,
                  keys + width + head * shape.head_width,
                  sizeof(float) * static_cast<size_t>(shape.head_width));
    }
  }
}

PLUMBLINE_EVERY_ISA
void AttendCrossHead(const HeadShape& shape, int64_t num_source, const float* keys_BEL,
                     const float* values_SE, int64_t num_beams, const float* queries,
                     float* scores_RSP, float* contexts) {
  constexpr int kTile = 4;
  const int64_t width = shape.width();
  int64_t beam = 0;
  for (; beam + kTile <= num_beams; beam += kTile) {
    AttendTile<kTile>(shape, num_source, keys_BEL, values_SE, queries + beam * width, scores_RSP,
                      contexts + beam * width);
  }
  for (; beam < num_beams; ++beam) {
    AttendTile<1>(shape, num_source, keys_BEL, values_SE, queries + beam * width, scores_RSP,
                  contexts + beam * width);
  }
}

}  // namespace plumbline::nn
