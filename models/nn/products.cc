#include "models/nn/products.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "harness/base/error.h"
#include "models/nn/kernels/matrix_product.h"
#include "models/nn/kernels/row_products.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::nn {
namespace {

constexpr int64_t kWorkOfThread = 64 * 1024;  // multiply-adds

bool IsMatrix(const at::Tensor& x) {
  return x.dim() == 2 && x.numel() > 0 && x.is_cpu() && x.scalar_type() == at::kFloat;
}

bool IsAutocast() { return at::autocast::is_autocast_enabled(at::kCPU); }

bool HasOurRows(const at::Tensor& x_RI, const at::Tensor& weight_OI, const at::Tensor& bias_O) {
  const auto is_plain = [](const at::Tensor& x) {
    return x.is_cpu() && x.scalar_type() == at::kFloat && x.stride(-1) == 1;
  };
  return !IsAutocast() && IsMatrix(x_RI) && IsMatrix(weight_OI) && is_plain(x_RI) &&
         is_plain(weight_OI) && (!bias_O.defined() || is_plain(bias_O));
}

// Tells the operator counter, which sees the library's operators only.
class Recorded {
 public:
  Recorded(const at::Tensor& a_MK, const at::Tensor& b_KN)
      : inputs_{a_MK, b_KN}, record_(at::RecordScope::FUNCTION) {
    if (record_.isActive())
      record_.before("plumbline::mm", c10::ArrayRef<const c10::IValue>(inputs_, 2));
  }

 private:
  c10::IValue inputs_[2];
  at::RecordFunction record_;
};

// At least `floats`, aligned to 64 bytes, kept for the thread's next product.
float* ScratchOfThread(int64_t floats) {
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  thread_local std::unique_ptr<float, Free> scratch;
  thread_local int64_t size = 0;
  if (size < floats) {
    constexpr size_t kAlignment = 64;
    const size_t bytes = sizeof(float) * static_cast<size_t>(floats);
    scratch.reset(static_cast<float*>(
        std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment)));
    PLUMBLINE_CHECK(scratch != nullptr);
    size = floats;
  }
  return scratch.get();
}

// The rows or the columns [begin, end) of a product.
MatrixProduct RowsOf(MatrixProduct product, int64_t begin, int64_t end) {
  product.num_rows = end - begin;
  product.a_MK.data += begin * product.a_MK.row_stride;
  product.c_MN += begin * product.c_stride;
  return product;
}

MatrixProduct ColumnsOf(MatrixProduct product, int64_t begin, int64_t end) {
  product.num_columns = end - begin;
  product.b_KN.data += begin * product.b_KN.column_stride;
  product.c_MN += begin;
  return product;
}

MatrixView ViewOf(const at::Tensor& x) {
  return {x.const_data_ptr<float>(), x.stride(0), x.stride(1)};
}

void Fill(const at::Tensor& c_MN, const at::Tensor& a_MK, const at::Tensor& b_KN, bool adds) {
  PLUMBLINE_CHECK(a_MK.size(1) == b_KN.size(0) && c_MN.size(0) == a_MK.size(0));
  PLUMBLINE_CHECK(c_MN.size(1) == b_KN.size(1) && c_MN.stride(1) == 1);
  const Recorded recorded(a_MK, b_KN);
  const MatrixProduct all{a_MK.size(0), a_MK.size(1),           b_KN.size(1),   ViewOf(a_MK),
                          ViewOf(b_KN), c_MN.data_ptr<float>(), c_MN.stride(0), adds};
  const bool by_rows = all.num_rows >= all.num_columns;
  const int64_t size = by_rows ? all.num_rows : all.num_columns;
  const int64_t unit = by_rows ? kRowsOfSplit : kColumnsOfSplit;
  const int64_t work = unit * all.num_inner * (by_rows ? all.num_columns : all.num_rows);
  at::parallel_for(0, (size + unit - 1) / unit, GrainFor(work, kWorkOfThread),
                   [&](int64_t begin, int64_t end) {
                     begin *= unit;
                     end = std::min(size, end * unit);
                     const MatrixProduct part =
                         by_rows ? RowsOf(all, begin, end) : ColumnsOf(all, begin, end);
                     Multiply(part, ScratchOfThread(ScratchOf(part)), BestInstructionSet());
                   });
}

}  // namespace

at::Tensor RowProduct(const at::Tensor& x_RI, const at::Tensor& weight_OI,
                      const at::Tensor& bias_O) {
  if (!HasOurRows(x_RI, weight_OI, bias_O)) return at::linear(x_RI, weight_OI, bias_O);
  const int64_t num_outputs = weight_OI.size(0);
  PLUMBLINE_CHECK(x_RI.size(1) == weight_OI.size(1));
  PLUMBLINE_CHECK(!bias_O.defined() || bias_O.numel() == num_outputs);
  const Recorded recorded(x_RI, weight_OI.t());
  const at::Tensor out_RO = at::empty({x_RI.size(0), num_outputs}, x_RI.options());
  const RowProducts products{x_RI.size(0),
                             x_RI.size(1),
                             x_RI.const_data_ptr<float>(),
                             x_RI.stride(0),
                             weight_OI.const_data_ptr<float>(),
                             weight_OI.stride(0),
                             bias_O.defined() ? bias_O.const_data_ptr<float>() : nullptr,
                             out_RO.data_ptr<float>(),
                             num_outputs};
  const int64_t num_blocks = (num_outputs + kOutputsOfBlock - 1) / kOutputsOfBlock;
  const int64_t work = kOutputsOfBlock * products.num_rows * products.num_inputs;
  at::parallel_for(0, num_blocks, GrainFor(work, kWorkOfThread),
                   [&](int64_t begin, int64_t end) {
                     MultiplyRows(products, begin * kOutputsOfBlock,
                                  std::min(num_outputs, end * kOutputsOfBlock),
                                  BestInstructionSet());
                   });
  return out_RO;
}

at::Tensor Product(const at::Tensor& a_MK, const at::Tensor& b_KN) {
  if (IsAutocast() || !IsMatrix(a_MK) || !IsMatrix(b_KN)) return at::mm(a_MK, b_KN);
  const at::Tensor c_MN = at::empty({a_MK.size(0), b_KN.size(1)}, a_MK.options());
  Fill(c_MN, a_MK, b_KN, false);
  return c_MN;
}

void AddProduct(const at::Tensor& c_MN, const at::Tensor& a_MK, const at::Tensor& b_KN) {
  if (IsAutocast() || !IsMatrix(a_MK) || !IsMatrix(b_KN) || !IsMatrix(c_MN) ||
      c_MN.stride(1) != 1) {
    c_MN.addmm_(a_MK, b_KN);
    return;
  }
  Fill(c_MN, a_MK, b_KN, true);
}

}  // namespace plumbline::nn
