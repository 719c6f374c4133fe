#include "harness/train/operator_counter.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <gtest/gtest.h>

#include "models/nn/linear.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

TEST(OperatorCounter, CountsByNameAndShapeClass) {
  const at::Tensor a = at::ones({3, 5});
  const at::Tensor b = at::ones({5, 7});
  const OperatorCounter counter;
  at::mm(a, b);
  at::mm(a, b);
  at::add(a, a);
  const OperatorCounts counts = counter.counts();
  EXPECT_EQ(counts.calls.at("aten::mm"), 2);
  EXPECT_EQ(counts.calls.at("aten::add"), 1);
  EXPECT_EQ(counts.shape_calls.at("aten::mm [4x8,8x8]"), 2);
  EXPECT_EQ(counts.flops, 2 * (2 * 3 * 5 * 7));
}

// y = x W^T + b, s = sum(y): forward one addmm (4x3 by 3x2), backward mm for W (2x4 by 4x3); x needs no gradient.
TEST(OperatorCounter, FlopsOfForwardAndBackwardAreThoseByHand) {
  const at::Tensor x = at::ones({4, 3});
  const at::Tensor weight = at::ones({2, 3}).requires_grad_(true);
  const at::Tensor bias = at::ones({2}).requires_grad_(true);
  const OperatorCounter counter;
  at::linear(x, weight, bias).sum().backward();
  const OperatorCounts counts = counter.counts();
  EXPECT_EQ(counts.calls.at("aten::addmm"), 1);
  EXPECT_EQ(counts.calls.at("aten::mm"), 1);
  EXPECT_EQ(counts.flops, 2 * 4 * 3 * 2 + 2 * 2 * 4 * 3);
}

// The same map through our own products.
TEST(OperatorCounter, OurProductsCountAsTheLibrarysDo) {
  const nn::Linear map{at::ones({2, 3}).requires_grad_(true), at::ones({2}).requires_grad_(true)};
  const OperatorCounter counter;
  nn::Apply(map, at::ones({4, 3})).sum().backward();
  const OperatorCounts counts = counter.counts();
  EXPECT_EQ(counts.calls.at("plumbline::mm"), 2);
  EXPECT_EQ(counts.calls.count("aten::mm") + counts.calls.count("aten::addmm"), 0u);
  EXPECT_EQ(counts.shape_calls.at("plumbline::mm [4x4,4x2]"), 1);
  EXPECT_EQ(counts.flops, 2 * 4 * 3 * 2 + 2 * 2 * 4 * 3);
  EXPECT_EQ(counts.product_dtypes.at("float32"), 2);
}

TEST(OperatorCounter, BatchedProductsAndVectorsCountTheirFlops) {
  const at::Tensor left = at::ones({6, 2, 3});
  const at::Tensor right = at::ones({6, 3, 5});
  const at::Tensor matrix = at::ones({4, 9});
  const at::Tensor vector = at::ones({9});
  const OperatorCounter counter;
  at::bmm(left, right);
  at::mv(matrix, vector);
  EXPECT_EQ(counter.counts().flops, 2 * 6 * 2 * 3 * 5 + 2 * 4 * 9);
}

TEST(OperatorCounter, FusedAttentionCountsTwoProductsForwardAndFiveBackward) {
  const at::Tensor query = at::rand({1, 2, 3, 8}).requires_grad_(true);
  const at::Tensor key = at::rand({1, 2, 5, 8}).requires_grad_(true);
  const at::Tensor value = at::rand({1, 2, 5, 8}).requires_grad_(true);
  const OperatorCounter counter;
  at::scaled_dot_product_attention(query, key, value).sum().backward();
  const OperatorCounts counts = counter.counts();
  ASSERT_EQ(counts.calls.count("aten::_scaled_dot_product_flash_attention_for_cpu"), 1u);
  EXPECT_EQ(counts.flops, (2 + 5) * 2 * (2 * 3 * 8 * 5));
}

TEST(OperatorCounter, TensorListsAndAbsentTensorsHaveTheirOwnClass) {
  const at::Tensor a = at::ones({3});
  const OperatorCounter counter;
  at::cat({a, a, a});
  EXPECT_EQ(counter.counts().shape_calls.at("aten::cat [{3}]"), 1);
}

OperatorCounts CountOneGraph() {
  const at::Tensor x = at::ones({64, 33});
  const at::Tensor weight = at::ones({33, 65}).requires_grad_(true);
  const OperatorCounter counter;
  at::softmax(at::mm(x, weight), 1).pow(2).sum().backward();
  return counter.counts();
}

TEST(OperatorCounter, SameWorkGivesTheSameCountsTwice) { EXPECT_EQ(CountOneGraph(), CountOneGraph()); }

TEST(OperatorCounter, NothingIsCountedOutsideItsLife) {
  const at::Tensor a = at::ones({2, 2});
  OperatorCounts counts;
  {
    const OperatorCounter counter;
    counts = counter.counts();
  }
  at::mm(a, a);
  const OperatorCounter later;
  EXPECT_TRUE(later.counts().calls.empty());
  EXPECT_TRUE(counts.calls.empty());
}

TEST(OperatorCounter, OnlyOneLives) {
  const OperatorCounter counter;
  EXPECT_ERROR(OperatorCounter{}, ErrorKind::kInternal, "compare_exchange_strong");
}

TEST(OperatorCounter, SumsAddNameByName) {
  OperatorCounts a{.calls = {{"x", 1}}, .shape_calls = {{"x [1]", 1}}, .flops = 3, .product_dtypes = {{"float32", 1}}};
  a += OperatorCounts{.calls = {{"x", 2}, {"y", 5}}, .shape_calls = {{"x [2]", 2}}, .flops = 4, .product_dtypes = {}};
  EXPECT_EQ(a, (OperatorCounts{.calls = {{"x", 3}, {"y", 5}}, .shape_calls = {{"x [1]", 1}, {"x [2]", 2}},
                               .flops = 7, .product_dtypes = {{"float32", 1}}}));
}

}  // namespace
}  // namespace plumbline::train
