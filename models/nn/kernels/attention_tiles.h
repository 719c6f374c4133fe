// The inner loops that the decoding kernels share: blocks of scores and of mixed values that stay
// in registers. Included by kernels alone; every function becomes part of its caller.
//
// Legend: R query rows of a tile, E head width, S keys, lanes run along the keys (scores) or the
// head (values).
#ifndef PLUMBLINE_MODELS_NN_KERNELS_ATTENTION_TILES_H_
#define PLUMBLINE_MODELS_NN_KERNELS_ATTENTION_TILES_H_

#include <cstdint>
#include <cstring>

#include "models/nn/kernels/decode_attention.h"
#include "models/nn/kernels/exponential.h"
#include "models/nn/kernels/target.h"

namespace plumbline::nn {

// Written as a vector, or the compiler may vectorise across the rows of a tile, with a shuffle for
// every product.
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

PLUMBLINE_INLINE Lanes LoadLanes(const float* values) {
  Lanes lanes;
  std::memcpy(&lanes, values, sizeof(lanes));
  return lanes;
}

PLUMBLINE_INLINE void StoreLanes(Lanes lanes, float* values) {
  std::memcpy(values, &lanes, sizeof(lanes));
}

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

// scores = scale * queries . keys for kTile rows over num_padded keys (a multiple of kLanes): blocks
// of kLanes keys, E x kLanes each, so that memory is read in one run.
template <int kTile>
PLUMBLINE_INLINE void ScoreTile(int64_t head_width, float scale, int64_t num_padded,
                                const float* keys_BEL, ConstTileRows queries, TileRows scores) {
  for (int64_t s = 0; s < num_padded; s += kLanes) {
    const float* const block_EL = keys_BEL + s * head_width;
    Lanes sums[kTile] = {};
    for (int64_t e = 0; e < head_width; ++e) {
      const Lanes keys = LoadLanes(block_EL + e * kLanes);
      for (int row = 0; row < kTile; ++row)
        sums[row] += queries.rows[row * queries.stride + e] * keys;
    }
    for (int row = 0; row < kTile; ++row)
      StoreLanes(sums[row] * scale, scores.rows + row * scores.stride + s);
  }
}

// contexts = factors * weights . values for kTile rows, the first kLanes columns of `values`.
template <int kTile>
PLUMBLINE_INLINE void MixLanes(int64_t head_width, int64_t num_source, const float* values,
                               ConstTileRows weights, const float* factors, TileRows contexts) {
  Lanes sums[kTile] = {};
  for (int64_t s = 0; s < num_source; ++s) {
    const Lanes value = LoadLanes(values + s * head_width);
    for (int row = 0; row < kTile; ++row)
      sums[row] += weights.rows[row * weights.stride + s] * value;
  }
  for (int row = 0; row < kTile; ++row)
    StoreLanes(sums[row] * factors[row], contexts.rows + row * contexts.stride);
}

// The same for one column, the first of `values`.
template <int kTile>
PLUMBLINE_INLINE void MixColumn(int64_t head_width, int64_t num_source, const float* values,
                                ConstTileRows weights, const float* factors, TileRows contexts) {
  for (int row = 0; row < kTile; ++row) {
    float sum = 0;
    for (int64_t s = 0; s < num_source; ++s)
      sum += weights.rows[row * weights.stride + s] * values[s * head_width];
    contexts.rows[row * contexts.stride] = sum * factors[row];
  }
}

template <int kTile>
PLUMBLINE_INLINE void MixTile(int64_t head_width, int64_t num_source, const float* values_SE,
                              ConstTileRows weights, const float* factors, TileRows contexts) {
  int64_t e = 0;
  for (; e + kLanes <= head_width; e += kLanes) {
    MixLanes<kTile>(head_width, num_source, values_SE + e, weights, factors,
                    {contexts.rows + e, contexts.stride});
  }
  for (; e < head_width; ++e) {
    MixColumn<kTile>(head_width, num_source, values_SE + e, weights, factors,
                     {contexts.rows + e, contexts.stride});
  }
}

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_ATTENTION_TILES_H_
