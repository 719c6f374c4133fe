// Products of rows with a weight as it is stored, one row an output: dot products that run along
// the inputs, so that nothing is packed or transposed. Called by models/nn/products.cc; knows
// nothing of tensors or threads.
//
// Legend: R rows, I inputs, O outputs.
#ifndef PLUMBLINE_MODELS_NN_KERNELS_ROW_PRODUCTS_H_
#define PLUMBLINE_MODELS_NN_KERNELS_ROW_PRODUCTS_H_

#include <cstdint>

#include "models/nn/kernels/instruction_set.h"

namespace plumbline::nn {

struct RowProducts {
  int64_t num_rows = 0;
  int64_t num_inputs = 0;
  const float* x_RI = nullptr;
  int64_t x_stride = 0;
  const float* weight_OI = nullptr;
  int64_t weight_stride = 0;
  const float* bias_O = nullptr;  // null: none
  float* out_RO = nullptr;
  int64_t out_stride = 0;
};

// Whole tiles of every set: a split of the outputs at its multiples wastes nothing.
constexpr int64_t kOutputsOfBlock = 24;

// out = x * weight^T + bias for the outputs [begin, end). The order of every sum depends on I and
// the set alone: a row's results are the same bits whatever rows and outputs are computed beside it.
void MultiplyRows(const RowProducts& products, int64_t begin, int64_t end, InstructionSet set);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_ROW_PRODUCTS_H_
