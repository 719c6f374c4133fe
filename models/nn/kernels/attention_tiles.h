// The inner loops that the decoding kernels share: blocks of scores and of mixed values that stay
// in registers. Included by kernels alone; every function becomes part of its caller.
//
// Legend: R query rows of a tile, E head width, S keys, lanes run along the keys (scores) or the
// head (values).
#ifndef PLUMBLINE_MODELS_NN_KERNELS_ATTENTION_TILES_H_
#define PLUMBLINE_MODELS_NN_KERNELS_ATTENTION_TILES_H_

#include <cstdint>

#include "models/nn/kernels/decode_attention.h"
#include "models/nn/kernels/exponential.h"
#include "models/nn/kernels/target.h"

namespace plumbline::nn {

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

// Rows of a tile: `stride` floats apart.
struct TileRows {
  float* rows;
  int64_t stride;
};
struct ConstTileRows {
  const float* rows;
  int64_t stride;
};

// scores = scale * queries . keys for kTile rows over num_padded keys (a multiple of kLanes), keys
// with lanes along S.
template <int kTile>
PLUMBLINE_INLINE void ScoreTile(int64_t head_width, float scale, int64_t num_padded,
                                const float* keys_ESP, ConstTileRows queries, TileRows scores) {
  for (int64_t s = 0; s < num_padded; s += kLanes) {
    float sums[kTile][kLanes] = {};
    for (int64_t e = 0; e < head_width; ++e) {
      const float* keys = keys_ESP + e * num_padded + s;
      for (int row = 0; row < kTile; ++row) {
        const float query = queries.rows[row * queries.stride + e];
        for (int64_t lane = 0; lane < kLanes; ++lane) sums[row][lane] += query * keys[lane];
      }
    }
    for (int row = 0; row < kTile; ++row) {
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        scores.rows[row * scores.stride + s + lane] = sums[row][lane] * scale;
      }
    }
  }
}

// contexts = factors * weights . values for kTile rows, kWidth columns of values_SE.
template <int kTile, int kWidth>
PLUMBLINE_INLINE void MixColumns(int64_t head_width, int64_t num_source, const float* values,
                                 ConstTileRows weights, const float* factors, TileRows contexts) {
  float sums[kTile][kWidth] = {};
  for (int64_t s = 0; s < num_source; ++s) {
    const float* value = values + s * head_width;
    for (int row = 0; row < kTile; ++row) {
      const float weight = weights.rows[row * weights.stride + s];
      for (int lane = 0; lane < kWidth; ++lane) sums[row][lane] += weight * value[lane];
    }
  }
  for (int row = 0; row < kTile; ++row) {
    for (int lane = 0; lane < kWidth; ++lane) {
      contexts.rows[row * contexts.stride + lane] = sums[row][lane] * factors[row];
    }
  }
}

template <int kTile>
PLUMBLINE_INLINE void MixTile(int64_t head_width, int64_t num_source, const float* values_SE,
                              ConstTileRows weights, const float* factors, TileRows contexts) {
  int64_t e = 0;
  for (; e + kLanes <= head_width; e += kLanes) {
    MixColumns<kTile, kLanes>(head_width, num_source, values_SE + e, weights, factors,
                              {contexts.rows + e, contexts.stride});
  }
  for (; e < head_width; ++e) {
    MixColumns<kTile, 1>(head_width, num_source, values_SE + e, weights, factors,
                         {contexts.rows + e, contexts.stride});
  }
}

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_ATTENTION_TILES_H_
