#include "models/nn/kernels/matrix_product.h"

#include <algorithm>
#include <cstring>

#include "models/nn/kernels/target.h"

namespace plumbline::nn {
namespace {

// A panel of b (kInnerOfBlock x the columns of a tile) stays in the first-level cache, a block of a
// (kRowsOfBlock x kInnerOfBlock) in the second, a block of b in the third.
constexpr int64_t kInnerOfBlock = 256;
constexpr int64_t kRowsOfBlock = 144;
constexpr int64_t kColumnsOfBlock = 1536;

int64_t RoundUp(int64_t count, int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

// The sums of a tile stay in registers: kRows rows of kVectors vectors.
template <typename V, int kTileRows, int kTileVectors>
struct Tile {
  using Vector = V;
  static constexpr int kRows = kTileRows;
  static constexpr int kVectors = kTileVectors;
  static constexpr int64_t kLanes = sizeof(V) / sizeof(float);
  static constexpr int64_t kColumns = kVectors * kLanes;
};
using Avx512Tile = Tile<Floats16, 12, 2>;
using Avx2Tile = Tile<Floats8, 6, 2>;
using PortableTile = Tile<Floats4, 4, 2>;

// rows x inner of `from`, a strip of kWidth after the other; within a strip, inner by inner. What is
// missing from the last strip is 0.
template <int64_t kWidth>
PLUMBLINE_INLINE void Pack(const float* from, int64_t across_stride, int64_t inner_stride,
                           int64_t num_across, int64_t num_inner, float* to) {
  for (int64_t first = 0; first < num_across; first += kWidth) {
    const int64_t width = std::min(kWidth, num_across - first);
    const float* const strip = from + first * across_stride;
    if (width < kWidth) std::memset(to, 0, sizeof(float) * static_cast<size_t>(kWidth * num_inner));
    if (across_stride == 1 && width == kWidth) {
      for (int64_t k = 0; k < num_inner; ++k)
        std::memcpy(to + k * kWidth, strip + k * inner_stride, sizeof(float) * kWidth);
    } else if (across_stride == 1) {
      for (int64_t k = 0; k < num_inner; ++k)
        for (int64_t i = 0; i < width; ++i) to[k * kWidth + i] = strip[k * inner_stride + i];
    } else {
      for (int64_t i = 0; i < width; ++i)
        for (int64_t k = 0; k < num_inner; ++k)
          to[k * kWidth + i] = strip[i * across_stride + k * inner_stride];
    }
    to += kWidth * num_inner;
  }
}

// One tile from its strips; `out` has room for all of it.
template <typename T>
PLUMBLINE_INLINE void MultiplyStrips(int64_t num_inner, const float* a_strip, const float* b_strip,
                                     bool adds, float* out, int64_t out_stride) {
  using Vector = typename T::Vector;
  Vector sums[T::kRows][T::kVectors];
#pragma GCC unroll 16
  for (int row = 0; row < T::kRows; ++row) {
#pragma GCC unroll 4
    for (int v = 0; v < T::kVectors; ++v) sums[row][v] = Vector{};
  }
  for (int64_t k = 0; k < num_inner; ++k) {
    Vector b[T::kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < T::kVectors; ++v)
      std::memcpy(&b[v], b_strip + k * T::kColumns + v * T::kLanes, sizeof(Vector));
#pragma GCC unroll 16
    for (int row = 0; row < T::kRows; ++row) {
      const float a = a_strip[k * T::kRows + row];
#pragma GCC unroll 4
      for (int v = 0; v < T::kVectors; ++v) sums[row][v] += a * b[v];
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < T::kRows; ++row) {
#pragma GCC unroll 4
    for (int v = 0; v < T::kVectors; ++v) {
      float* const to = out + row * out_stride + v * T::kLanes;
      if (adds) {
        Vector held;
        std::memcpy(&held, to, sizeof(held));
        sums[row][v] += held;
      }
      std::memcpy(to, &sums[row][v], sizeof(Vector));
    }
  }
}

// A tile that reaches beyond c is computed beside it.
template <typename T>
PLUMBLINE_INLINE void MultiplyEdge(int64_t num_inner, const float* a_strip, const float* b_strip,
                                   bool adds, int64_t rows, int64_t columns, float* out,
                                   int64_t out_stride) {
  float whole[T::kRows * T::kColumns];
  MultiplyStrips<T>(num_inner, a_strip, b_strip, false, whole, T::kColumns);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      float& to = out[row * out_stride + column];
      to = (adds ? to : 0.0f) + whole[row * T::kColumns + column];
    }
  }
}

template <typename T>
PLUMBLINE_INLINE void MultiplyPacked(int64_t num_rows, int64_t num_inner, int64_t num_columns,
                                     const float* a, const float* b, bool adds, float* c,
                                     int64_t c_stride) {
  for (int64_t column = 0; column < num_columns; column += T::kColumns) {
    const int64_t columns = std::min(T::kColumns, num_columns - column);
    for (int64_t row = 0; row < num_rows; row += T::kRows) {
      const int64_t rows = std::min<int64_t>(T::kRows, num_rows - row);
      float* const out = c + row * c_stride + column;
      const float* const a_strip = a + row * num_inner;
      const float* const b_strip = b + column * num_inner;
      if (rows == T::kRows && columns == T::kColumns) {
        MultiplyStrips<T>(num_inner, a_strip, b_strip, adds, out, c_stride);
      } else {
        MultiplyEdge<T>(num_inner, a_strip, b_strip, adds, rows, columns, out, c_stride);
      }
    }
  }
}

template <typename T>
PLUMBLINE_INLINE void MultiplyWith(const MatrixProduct& p, float* scratch) {
  float* const b_block = scratch;
  float* const a_block = scratch + kInnerOfBlock * RoundUp(std::min(kColumnsOfBlock, p.num_columns),
                                                           kColumnsOfSplit);
  for (int64_t column = 0; column < p.num_columns; column += kColumnsOfBlock) {
    const int64_t columns = std::min(kColumnsOfBlock, p.num_columns - column);
    for (int64_t k = 0; k < p.num_inner; k += kInnerOfBlock) {
      const int64_t inner = std::min(kInnerOfBlock, p.num_inner - k);
      const MatrixView& b = p.b_KN;
      Pack<T::kColumns>(b.data + k * b.row_stride + column * b.column_stride, b.column_stride,
                        b.row_stride, columns, inner, b_block);
      for (int64_t row = 0; row < p.num_rows; row += kRowsOfBlock) {
        const int64_t rows = std::min(kRowsOfBlock, p.num_rows - row);
        const MatrixView& a = p.a_MK;
        Pack<T::kRows>(a.data + row * a.row_stride + k * a.column_stride, a.row_stride,
                       a.column_stride, rows, inner, a_block);
        MultiplyPacked<T>(rows, inner, columns, a_block, b_block, p.adds || k > 0,
                          p.c_MN + row * p.c_stride + column, p.c_stride);
      }
    }
  }
}

PLUMBLINE_AVX512 void MultiplyWithAvx512(const MatrixProduct& p, float* scratch) {
  MultiplyWith<Avx512Tile>(p, scratch);
}

PLUMBLINE_AVX2 void MultiplyWithAvx2(const MatrixProduct& p, float* scratch) {
  MultiplyWith<Avx2Tile>(p, scratch);
}

void MultiplyPortably(const MatrixProduct& p, float* scratch) {
  MultiplyWith<PortableTile>(p, scratch);
}

}  // namespace

int64_t ScratchOf(const MatrixProduct& p) {
  const int64_t columns = RoundUp(std::min(kColumnsOfBlock, p.num_columns), kColumnsOfSplit);
  const int64_t rows = RoundUp(std::min(kRowsOfBlock, p.num_rows), kRowsOfSplit);
  return kInnerOfBlock * (rows + columns);
}

void Multiply(const MatrixProduct& product, float* scratch, InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return MultiplyWithAvx512(product, scratch);
    case InstructionSet::kAvx2:
      return MultiplyWithAvx2(product, scratch);
    case InstructionSet::kPortable:
      return MultiplyPortably(product, scratch);
  }
}

}  // namespace plumbline::nn
