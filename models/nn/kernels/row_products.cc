#include "models/nn/kernels/row_products.h"

#include <algorithm>
#include <cstring>

#include "models/nn/kernels/target.h"

namespace plumbline::nn {
namespace {

// So many inputs of a tile's rows and weights lie in the first-level cache together.
constexpr int64_t kInputsOfBlock = 768;
// So many rows of inputs lie in the second-level cache.
constexpr int64_t kRowsOfBlock = 96;

constexpr int kOutputsOfTile = 4;

// Weights come from memory once for all rows, and the next ones are fetched meanwhile: with wide
// vectors, which leave little time, two rows of them while each tile is multiplied; else all four
// during the last tile, for a narrow vector asks for each line more than once.
template <typename Vector>
constexpr int kRowsFetched = sizeof(Vector) == sizeof(Floats16) ? 2 : kOutputsOfTile;

template <typename Vector>
PLUMBLINE_INLINE Vector Load(const float* values) {
  Vector loaded;
  std::memcpy(&loaded, values, sizeof(loaded));
  return loaded;
}

template <typename Vector>
PLUMBLINE_INLINE Vector LoadSome(const float* values, int64_t count) {
  Vector loaded = {};
  std::memcpy(&loaded, values, sizeof(float) * static_cast<size_t>(count));
  return loaded;
}

// The sums over the lanes of four vectors.
PLUMBLINE_INLINE Floats4 LaneSums(Floats4 a, Floats4 b, Floats4 c, Floats4 d) {
  const Floats4 ab =
      __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Floats4 cd =
      __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

PLUMBLINE_INLINE Floats4 LaneSums(Floats8 a, Floats8 b, Floats8 c, Floats8 d) {
  const Floats8 ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13) +
                     __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  const Floats8 cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13) +
                     __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
  const Floats8 halves = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) +
                         __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
  return __builtin_shufflevector(halves, halves, 0, 1, 2, 3) +
         __builtin_shufflevector(halves, halves, 4, 5, 6, 7);
}

PLUMBLINE_INLINE Floats8 HalvesAdded(Floats16 a) {
  return __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
}

PLUMBLINE_INLINE Floats4 LaneSums(Floats16 a, Floats16 b, Floats16 c, Floats16 d) {
  return LaneSums(HalvesAdded(a), HalvesAdded(b), HalvesAdded(c), HalvesAdded(d));
}

struct Tile {
  const float* x;
  const float* weight;
  const float* fetched;  // kRowsFetched of the next weights; null: nothing
  float* out;
  const float* start;  // what the sums are added to; null: out
};

// A tile keeps the lanes of kRows x kOutputs sums in registers.
template <typename Vector, int kRows, int kOutputs>
PLUMBLINE_INLINE void MultiplyTile(const RowProducts& p, const Tile& tile, int64_t num_inputs) {
  constexpr int64_t kLanes = sizeof(Vector) / sizeof(float);
  Vector sums[kRows][kOutputsOfTile];
#pragma GCC unroll 8
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 8
    for (int output = 0; output < kOutputsOfTile; ++output) sums[row][output] = Vector{};
  }
  int64_t i = 0;
  for (; i + kLanes <= num_inputs; i += kLanes) {
    Vector x[kRows];
#pragma GCC unroll 8
    for (int row = 0; row < kRows; ++row) x[row] = Load<Vector>(tile.x + row * p.x_stride + i);
#pragma GCC unroll 8
    for (int output = 0; output < kOutputs; ++output) {
      const Vector weight = Load<Vector>(tile.weight + output * p.weight_stride + i);
#pragma GCC unroll 8
      for (int row = 0; row < kRows; ++row) sums[row][output] += x[row] * weight;
    }
    if (tile.fetched != nullptr) {
#pragma GCC unroll 4
      for (int row = 0; row < kRowsFetched<Vector>; ++row)
        __builtin_prefetch(tile.fetched + row * p.weight_stride + i);
    }
  }
  if (i < num_inputs) {
    for (int output = 0; output < kOutputs; ++output) {
      const Vector weight =
          LoadSome<Vector>(tile.weight + output * p.weight_stride + i, num_inputs - i);
      for (int row = 0; row < kRows; ++row) {
        const Vector x = LoadSome<Vector>(tile.x + row * p.x_stride + i, num_inputs - i);
        sums[row][output] += x * weight;
      }
    }
  }
  constexpr size_t kBytes = sizeof(float) * kOutputs;
#pragma GCC unroll 8
  for (int row = 0; row < kRows; ++row) {
    float* out = tile.out + row * p.out_stride;
    Floats4 start = {};
    std::memcpy(&start, tile.start != nullptr ? tile.start : out, kBytes);
    const Floats4 total =
        LaneSums(sums[row][0], sums[row][1], sums[row][2], sums[row][3]) + start;
    std::memcpy(out, &total, kBytes);
  }
}

// A tile of `rows` rows, at most kRows.
template <typename Vector, int kRows, int kOutputs>
PLUMBLINE_INLINE void MultiplyTileOf(const RowProducts& p, const Tile& tile, int64_t num_inputs,
                                     int64_t rows) {
  if (rows == kRows) return MultiplyTile<Vector, kRows, kOutputs>(p, tile, num_inputs);
  if constexpr (kRows > 1) {
    MultiplyTileOf<Vector, kRows - 1, kOutputs>(p, tile, num_inputs, rows);
  }
}

// All rows of a block: tiles of nearly equal height, at most kLargest.
template <typename Vector, int kLargest, int kOutputs>
PLUMBLINE_INLINE void MultiplyRowsOfTile(const RowProducts& p, Tile tile, int64_t num_inputs,
                                         const float* next_weight) {
  constexpr int64_t kFetches = kOutputsOfTile / kRowsFetched<Vector>;
  for (int64_t left = p.num_rows; left > 0;) {
    const int64_t num_tiles = (left + kLargest - 1) / kLargest;
    const int64_t rows = (left + num_tiles - 1) / num_tiles;
    // The last kFetches tiles fetch, in turn.
    tile.fetched = nullptr;
    if (next_weight != nullptr && num_tiles <= kFetches)
      tile.fetched = next_weight + (kFetches - num_tiles) * kRowsFetched<Vector> * p.weight_stride;
    MultiplyTileOf<Vector, kLargest, kOutputs>(p, tile, num_inputs, rows);
    tile.x += rows * p.x_stride;
    tile.out += rows * p.out_stride;
    left -= rows;
  }
}

template <typename Vector, int kLargest>
PLUMBLINE_INLINE void MultiplyRowBlock(const RowProducts& p, int64_t begin, int64_t end) {
  constexpr float kNothing[kOutputsOfTile] = {};
  for (int64_t first = 0; first < p.num_inputs; first += kInputsOfBlock) {
    const int64_t num_inputs = std::min(kInputsOfBlock, p.num_inputs - first);
    for (int64_t output = begin; output < end;) {
      const float* const weight = p.weight_OI + output * p.weight_stride + first;
      const float* start = nullptr;
      if (first == 0) start = p.bias_O != nullptr ? p.bias_O + output : kNothing;
      const Tile tile{p.x_RI + first, weight, nullptr, p.out_RO + output, start};
      if (output + kOutputsOfTile <= end) {
        const bool is_last = output + 2 * kOutputsOfTile > end;
        MultiplyRowsOfTile<Vector, kLargest, kOutputsOfTile>(
            p, tile, num_inputs, is_last ? nullptr : weight + kOutputsOfTile * p.weight_stride);
        output += kOutputsOfTile;
      } else {
        MultiplyRowsOfTile<Vector, kLargest, 1>(p, tile, num_inputs, nullptr);
        ++output;
      }
    }
  }
}

template <typename Vector, int kLargest>
PLUMBLINE_INLINE void Multiply(const RowProducts& p, int64_t begin, int64_t end) {
  for (int64_t row = 0; row < p.num_rows; row += kRowsOfBlock) {
    RowProducts block = p;
    block.num_rows = std::min(kRowsOfBlock, p.num_rows - row);
    block.x_RI += row * p.x_stride;
    block.out_RO += row * p.out_stride;
    MultiplyRowBlock<Vector, kLargest>(block, begin, end);
  }
}

PLUMBLINE_AVX512 void MultiplyWithAvx512(const RowProducts& p, int64_t begin, int64_t end) {
  Multiply<Floats16, 6>(p, begin, end);
}

PLUMBLINE_AVX2 void MultiplyWithAvx2(const RowProducts& p, int64_t begin, int64_t end) {
  Multiply<Floats8, 3>(p, begin, end);
}

void MultiplyPortably(const RowProducts& p, int64_t begin, int64_t end) {
  Multiply<Floats4, 2>(p, begin, end);
}

}  // namespace

void MultiplyRows(const RowProducts& products, int64_t begin, int64_t end, InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return MultiplyWithAvx512(products, begin, end);
    case InstructionSet::kAvx2:
      return MultiplyWithAvx2(products, begin, end);
    case InstructionSet::kPortable:
      return MultiplyPortably(products, begin, end);
  }
}

}  // namespace plumbline::nn
