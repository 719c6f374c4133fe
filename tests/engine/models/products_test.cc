// Our matrix products against double precision, in every instruction set the processor has.
#include "models/nn/products.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "models/nn/kernels/matrix_product.h"
#include "models/nn/kernels/row_products.h"

namespace plumbline::nn {
namespace {

struct Shape {
  int64_t rows, inputs, outputs;
};

const Shape kShapes[] = {{1, 1, 1},    {1, 768, 50},  {2, 17, 5},     {3, 8, 4},    {5, 100, 23},
                         {7, 769, 25}, {13, 16, 48},  {32, 1536, 31}, {95, 40, 24}, {96, 33, 7},
                         {97, 24, 49}, {200, 800, 9}, {6, 2000, 100}};

// The processor runs all sets up to its best.
std::vector<InstructionSet> Sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set :
       {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (set <= BestInstructionSet()) sets.push_back(set);
  }
  return sets;
}

at::Tensor Multiplied(const at::Tensor& x_RI, const at::Tensor& weight_OI, const at::Tensor& bias_O,
                      int64_t begin, int64_t end, InstructionSet set) {
  const at::Tensor out_RO = at::full({x_RI.size(0), weight_OI.size(0)}, -1e9);
  MultiplyRows({x_RI.size(0), x_RI.size(1), x_RI.const_data_ptr<float>(), x_RI.stride(0),
                weight_OI.const_data_ptr<float>(), weight_OI.stride(0),
                bias_O.defined() ? bias_O.const_data_ptr<float>() : nullptr,
                out_RO.data_ptr<float>(), out_RO.stride(0)},
               begin, end, set);
  return out_RO;
}

// Sums of I products of size about 1: up to 4 sqrt(I) large, rounded I times by 6e-8 of that at most.
void ExpectNear(const at::Tensor& found, const at::Tensor& wanted64, int64_t num_inputs) {
  const double most = (found.to(at::kDouble) - wanted64).abs().max().item<double>();
  EXPECT_LE(most, 5e-7 * static_cast<double>(num_inputs) + 1e-6);
}

TEST(RowProducts, EverySetEqualsDoublePrecisionInOddShapes) {
  at::manual_seed(5);
  for (const Shape& shape : kShapes) {
    const at::Tensor x = at::randn({shape.rows, shape.inputs});
    const at::Tensor weight = at::randn({shape.outputs, shape.inputs});
    for (const at::Tensor& bias : {at::randn({shape.outputs}), at::Tensor()}) {
      at::Tensor wanted = x.to(at::kDouble).mm(weight.to(at::kDouble).t());
      if (bias.defined()) wanted = wanted + bias.to(at::kDouble);
      for (const InstructionSet set : Sets()) {
        SCOPED_TRACE(std::to_string(shape.rows) + "x" + std::to_string(shape.inputs) + "x" +
                     std::to_string(shape.outputs) + " set " +
                     std::to_string(static_cast<int>(set)));
        ExpectNear(Multiplied(x, weight, bias, 0, shape.outputs, set), wanted, shape.inputs);
      }
      ExpectNear(RowProduct(x, weight, bias), wanted, shape.inputs);
    }
  }
}

TEST(RowProducts, OnlyTheOutputsAskedForAreWritten) {
  const at::Tensor x = at::randn({9, 50}), weight = at::randn({60, 50});
  for (const InstructionSet set : Sets()) {
    const at::Tensor out = Multiplied(x, weight, {}, 24, 49, set);
    EXPECT_TRUE(out.narrow(1, 0, 24).eq(-1e9).all().item<bool>());
    EXPECT_TRUE(out.narrow(1, 49, 11).eq(-1e9).all().item<bool>());
    EXPECT_TRUE(out.narrow(1, 24, 25).ne(-1e9).all().item<bool>());
  }
}

TEST(RowProducts, ARowHasTheSameBitsAloneAndAmongOthers) {
  at::manual_seed(6);
  const at::Tensor x = at::randn({101, 1000}), weight = at::randn({70, 1000});
  const at::Tensor bias = at::randn({70});
  for (const InstructionSet set : Sets()) {
    const at::Tensor all = Multiplied(x, weight, bias, 0, 70, set);
    for (const int64_t row : {0, 5, 95, 96, 100}) {
      const at::Tensor alone = Multiplied(x.narrow(0, row, 1), weight, bias, 0, 70, set);
      EXPECT_TRUE(at::equal(alone, all.narrow(0, row, 1)));
    }
    const at::Tensor part = Multiplied(x, weight, bias, 48, 70, set);
    EXPECT_TRUE(at::equal(part.narrow(1, 48, 22), all.narrow(1, 48, 22)));
  }
}

TEST(RowProducts, RowsMayLieApartAndOtherTypesGoThroughTheLibrary) {
  at::manual_seed(7);
  const at::Tensor wide = at::randn({12, 64}), heavy = at::randn({20, 64});
  const at::Tensor x = wide.narrow(1, 8, 40), weight = heavy.narrow(1, 16, 40);
  const at::Tensor wanted = x.to(at::kDouble).mm(weight.to(at::kDouble).t());
  ExpectNear(RowProduct(x, weight), wanted, 40);
  ExpectNear(RowProduct(x.t().contiguous().t(), weight), wanted, 40);
  EXPECT_TRUE(at::equal(RowProduct(x.to(at::kDouble), weight.to(at::kDouble)),
                        at::linear(x.to(at::kDouble), weight.to(at::kDouble))));
  const at::Tensor half = RowProduct(x.to(at::kBFloat16), weight.to(at::kBFloat16));
  EXPECT_EQ(half.scalar_type(), at::kBFloat16);
  EXPECT_EQ(RowProduct(at::empty({0, 40}), weight).sizes(), at::IntArrayRef({0, 20}));
}

// Rows, inner, columns; beyond a block of each (144, 256, 1536) and at the edges of tiles.
const Shape kProducts[] = {{1, 1, 1},     {12, 256, 32}, {13, 257, 33},  {5, 3, 100},
                           {150, 10, 31}, {24, 600, 64}, {7, 520, 1601}, {301, 33, 18}};

at::Tensor Multiplied(const at::Tensor& a_MK, const at::Tensor& b_KN, InstructionSet set) {
  const at::Tensor c_MN = at::full({a_MK.size(0), b_KN.size(1)}, -1e9);
  const MatrixProduct product{a_MK.size(0),
                              a_MK.size(1),
                              b_KN.size(1),
                              {a_MK.const_data_ptr<float>(), a_MK.stride(0), a_MK.stride(1)},
                              {b_KN.const_data_ptr<float>(), b_KN.stride(0), b_KN.stride(1)},
                              c_MN.data_ptr<float>(),
                              c_MN.stride(0),
                              false};
  const at::Tensor scratch = at::full({ScratchOf(product)}, NAN);
  Multiply(product, scratch.data_ptr<float>(), set);
  return c_MN;
}

TEST(Products, EverySetEqualsDoublePrecisionInAllOrdersOfMemory) {
  at::manual_seed(8);
  for (const Shape& shape : kProducts) {
    const at::Tensor a = at::randn({shape.rows, shape.inputs});
    const at::Tensor b = at::randn({shape.inputs, shape.outputs});
    const at::Tensor wanted = a.to(at::kDouble).mm(b.to(at::kDouble));
    for (const at::Tensor& left : {a, a.t().contiguous().t()}) {
      for (const at::Tensor& right : {b, b.t().contiguous().t()}) {
        for (const InstructionSet set : Sets())
          ExpectNear(Multiplied(left, right, set), wanted, shape.inputs);
        ExpectNear(Product(left, right), wanted, shape.inputs);
        EXPECT_TRUE(at::equal(Product(left, right), Product(a, b)));
      }
    }
    const at::Tensor sum = at::ones({shape.rows, shape.outputs});
    AddProduct(sum, a, b);
    ExpectNear(sum, wanted + 1, shape.inputs);
  }
}

TEST(Products, GradientsThatWereBroadcastAreRead) {
  const at::Tensor ones = at::ones({1, 1}).expand({40, 30}), b = at::randn({30, 20});
  ExpectNear(Product(ones, b), ones.to(at::kDouble).mm(b.to(at::kDouble)), 30);
}

TEST(Products, OneThreadAndManyGiveTheSameBits) {
  at::manual_seed(9);
  const at::Tensor a = at::randn({500, 300}), b = at::randn({300, 200});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor tall = Product(a, b), wide = Product(b.t(), a.t());
  for (const int count : {2, 3, 7}) {
    at::set_num_threads(count);
    EXPECT_TRUE(at::equal(Product(a, b), tall));
    EXPECT_TRUE(at::equal(Product(b.t(), a.t()), wide));
  }
  at::set_num_threads(threads);
}

TEST(Products, OtherTypesAndEmptyMatricesGoThroughTheLibrary) {
  const at::Tensor a = at::randn({4, 6}, at::kDouble), b = at::randn({6, 5}, at::kDouble);
  EXPECT_TRUE(at::equal(Product(a, b), at::mm(a, b)));
  const at::Tensor sum = at::zeros({4, 5}, at::kDouble);
  AddProduct(sum, a, b);
  EXPECT_TRUE(at::equal(sum, at::mm(a, b)));
  EXPECT_EQ(Product(at::empty({0, 6}), at::empty({6, 5})).sizes(), at::IntArrayRef({0, 5}));
}

int64_t ThreadsOfProcess() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Threads:")) return std::stoll(line.substr(8));
  }
  return -1;
}

// at::parallel_for is a plain loop where OpenMP was not asked for when compiling.
TEST(AllProducts, TheWorkIsSharedByThreads) {
  at::set_num_threads(9);
  const int64_t before = ThreadsOfProcess();
  RowProduct(at::ones({64, 256}), at::ones({960, 256}));
  ASSERT_LT(before, 9);
  EXPECT_GE(ThreadsOfProcess(), 9);
}

}  // namespace
}  // namespace plumbline::nn
