// Products of two matrices that lie in memory in any order: both are copied, block by block, into the
// order in which the innermost loop reads them. Called by models/nn/products.cc; knows nothing of
// tensors or threads.
//
// Legend: M rows, K inner, N columns.
#ifndef PLUMBLINE_MODELS_NN_KERNELS_MATRIX_PRODUCT_H_
#define PLUMBLINE_MODELS_NN_KERNELS_MATRIX_PRODUCT_H_

#include <cstdint>

#include "models/nn/kernels/instruction_set.h"

namespace plumbline::nn {

// Elements from one row or column to the next. One of the two is usually 1.
struct MatrixView {
  const float* data = nullptr;
  int64_t row_stride = 0;
  int64_t column_stride = 0;
};

struct MatrixProduct {
  int64_t num_rows = 0;
  int64_t num_inner = 0;
  int64_t num_columns = 0;
  MatrixView a_MK;
  MatrixView b_KN;
  float* c_MN = nullptr;
  int64_t c_stride = 0;
  bool adds = false;  // to what c holds; else c is overwritten
};

// Whole tiles of every set: a split of rows or columns at its multiples wastes little.
constexpr int64_t kRowsOfSplit = 12;
constexpr int64_t kColumnsOfSplit = 32;

// Floats of scratch that Multiply wants, aligned to 64 bytes.
int64_t ScratchOf(const MatrixProduct& product);

// c = a * b, or c += a * b. An element's bits depend on K, its row of a, its column of b and the set
// alone.
void Multiply(const MatrixProduct& product, float* scratch, InstructionSet set);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_MATRIX_PRODUCT_H_
