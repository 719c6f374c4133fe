#include "models/nn/kernels/decode_attention.h"

#include <cstring>

#include "models/nn/kernels/exponential.h"
#include "models/nn/kernels/target.h"

namespace plumbline::nn {
namespace {

// Scores to probabilities times their sum, in place; returns 1 / sum.
PLUMBLINE_INLINE float SoftmaxInPlace(float* scores, int64_t count) {
  float largest = scores[0];
  for (int64_t i = 1; i < count; ++i) largest = scores[i] > largest ? scores[i] : largest;
  float sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    scores[i] = ExpOfNonPositive(scores[i] - largest);
    sum += scores[i];
  }
  return 1.0f / sum;
}

// A lane-wide block of scores of up to kTile beams stays in registers while the head's width is walked.
template <int kTile>
PLUMBLINE_INLINE void ScoreTile(const HeadShape& shape, int64_t num_padded, const float* keys_ESP,
                                const float* queries, float* scores_RSP) {
  for (int64_t s = 0; s < num_padded; s += kLanes) {
    float sums[kTile][kLanes] = {};
    for (int64_t e = 0; e < shape.head_width; ++e) {
      const float* keys = keys_ESP + e * num_padded + s;
      for (int beam = 0; beam < kTile; ++beam) {
        const float query = queries[beam * shape.width() + e];
        for (int64_t lane = 0; lane < kLanes; ++lane) sums[beam][lane] += query * keys[lane];
      }
    }
    for (int beam = 0; beam < kTile; ++beam) {
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        scores_RSP[beam * num_padded + s + lane] = sums[beam][lane] * shape.scale;
      }
    }
  }
}

template <int kTile, int kWidth>
PLUMBLINE_INLINE void MixTile(const HeadShape& shape, int64_t num_source, int64_t num_padded,
                              const float* values, const float* scores_RSP, const float* factors,
                              float* contexts) {
  float sums[kTile][kWidth] = {};
  for (int64_t s = 0; s < num_source; ++s) {
    const float* value = values + s * shape.head_width;
    for (int beam = 0; beam < kTile; ++beam) {
      const float weight = scores_RSP[beam * num_padded + s];
      for (int lane = 0; lane < kWidth; ++lane) sums[beam][lane] += weight * value[lane];
    }
  }
  for (int beam = 0; beam < kTile; ++beam) {
    for (int lane = 0; lane < kWidth; ++lane) {
      contexts[beam * shape.width() + lane] = sums[beam][lane] * factors[beam];
    }
  }
}

template <int kTile>
PLUMBLINE_INLINE void AttendTile(const HeadShape& shape, int64_t num_source, const float* keys_ESP,
                                 const float* values_SE, const float* queries, float* scores_RSP,
                                 float* contexts) {
  const int64_t num_padded = RoundUpToLanes(num_source);
  ScoreTile<kTile>(shape, num_padded, keys_ESP, queries, scores_RSP);
  float factors[kTile];
  for (int beam = 0; beam < kTile; ++beam) {
    factors[beam] = SoftmaxInPlace(scores_RSP + beam * num_padded, num_source);
  }
  int64_t e = 0;
  for (; e + kLanes <= shape.head_width; e += kLanes) {
    MixTile<kTile, kLanes>(shape, num_source, num_padded, values_SE + e, scores_RSP, factors,
                           contexts + e);
  }
  for (; e < shape.head_width; ++e) {
    MixTile<kTile, 1>(shape, num_source, num_padded, values_SE + e, scores_RSP, factors,
                      contexts + e);
  }
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

void PackCross(const HeadShape& shape, int64_t num_source, const float* kv_S2D, float* keys_HESP,
               float* values_HSE) {
  const int64_t width = shape.width();
  const int64_t num_padded = RoundUpToLanes(num_source);
  std::memset(keys_HESP, 0, sizeof(float) * static_cast<size_t>(width * num_padded));
  for (int64_t s = 0; s < num_source; ++s) {
    const float* keys = kv_S2D + s * 2 * width;
    for (int64_t d = 0; d < width; ++d) keys_HESP[d * num_padded + s] = keys[d];
    for (int64_t head = 0; head < shape.num_heads; ++head) {
      std::memcpy(values_HSE + (head * num_source + s) * shape.head_width,
                  keys + width + head * shape.head_width,
                  sizeof(float) * static_cast<size_t>(shape.head_width));
    }
  }
}

PLUMBLINE_EVERY_ISA
void AttendCrossHead(const HeadShape& shape, int64_t num_source, const float* keys_ESP,
                     const float* values_SE, int64_t num_beams, const float* queries,
                     float* scores_RSP, float* contexts) {
  constexpr int kTile = 4;
  const int64_t width = shape.width();
  int64_t beam = 0;
  for (; beam + kTile <= num_beams; beam += kTile) {
    AttendTile<kTile>(shape, num_source, keys_ESP, values_SE, queries + beam * width, scores_RSP,
                      contexts + beam * width);
  }
  for (; beam < num_beams; ++beam) {
    AttendTile<1>(shape, num_source, keys_ESP, values_SE, queries + beam * width, scores_RSP,
                  contexts + beam * width);
  }
}

}  // namespace plumbline::nn
