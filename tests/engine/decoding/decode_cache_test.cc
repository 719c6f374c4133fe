#include "models/nn/decode_cache.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/random.h"

// Legend: R rows, T steps, S source tokens, H heads, E head width, D = H * E.

namespace plumbline::nn {
namespace {

// fp32 sums of at most 64 products of numbers near 1, in another order.
constexpr double kTolerance = 3e-6;

struct Sizes {
  int64_t num_heads;
  int64_t head_width;
};

HeadShape ShapeOf(const Sizes& sizes) {
  return {sizes.num_heads, sizes.head_width, 1.0f / std::sqrt(static_cast<float>(sizes.head_width))};
}

// softmax(q k^T) v of one row. q_D, k_TD, v_TD.
at::Tensor Reference(const HeadShape& shape, const at::Tensor& q_D, const at::Tensor& k_TD,
                     const at::Tensor& v_TD) {
  const int64_t num_keys = k_TD.size(0);
  const auto heads = [&](const at::Tensor& x, int64_t rows) {
    return x.reshape({rows, shape.num_heads, shape.head_width}).transpose(0, 1).to(at::kDouble);
  };
  const at::Tensor scores = at::matmul(heads(q_D, 1), heads(k_TD, num_keys).transpose(1, 2));
  const at::Tensor probabilities = at::softmax(scores * static_cast<double>(shape.scale), -1);
  return at::matmul(probabilities, heads(v_TD, num_keys)).transpose(0, 1).reshape({-1});
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

class EverySize : public ::testing::TestWithParam<Sizes> {};
INSTANTIATE_TEST_SUITE_P(DecodeCache, EverySize,
                         ::testing::Values(Sizes{1, 1}, Sizes{2, 3}, Sizes{4, 8}, Sizes{3, 16},
                                           Sizes{2, 48}, Sizes{1, 64}));

// Each row keeps its own list of keys and values, copied at every reordering: what the table must amount to.
TEST_P(EverySize, SelfAttentionSeesExactlyTheAncestorsOfABeam) {
  const HeadShape shape = ShapeOf(GetParam());
  const int64_t width = shape.width();
  const int64_t num_beams = 3;
  at::manual_seed(7);
  SplitMix64 random(11);
  int64_t num_items = 3;
  SelfCache cache(shape, 2, 9, num_items * num_beams);
  const void* place = cache.data();
  std::vector<std::vector<at::Tensor>> histories(num_items * num_beams);
  for (int64_t step = 0; step < 9; ++step) {
    const int64_t num_rows = num_items * num_beams;
    std::vector<int64_t> parents;
    for (int64_t row = 0; row < num_rows; ++row) {
      parents.push_back(row / num_beams * num_beams + static_cast<int64_t>(random.Below(num_beams)));
    }
    cache.BeginStep(parents);
    const at::Tensor qkv_R3D = at::randn({num_rows, 3 * width});
    std::vector<std::vector<at::Tensor>> next;
    for (int64_t row = 0; row < num_rows; ++row) {
      next.push_back(histories[step == 0 ? row : parents[row]]);
      next.back().push_back(qkv_R3D[row].clone());
    }
    histories = next;
    const at::Tensor context_RD = at::empty({num_rows, width});
    cache.Attend(0, at::randn({num_rows, 3 * width}), context_RD);  // layers do not mix
    cache.Attend(1, qkv_R3D, context_RD);
    for (int64_t row = 0; row < num_rows; ++row) {
      const at::Tensor past_T3D = at::stack(histories[row]);
      const at::Tensor expected =
          Reference(shape, qkv_R3D[row].narrow(0, 0, width), past_T3D.narrow(1, width, width),
                    past_T3D.narrow(1, 2 * width, width));
      EXPECT_LT(LargestDifference(context_RD[row], expected), kTolerance) << step << ":" << row;
    }
    if (step != 4) continue;
    cache.KeepRows({0, 1, 2, 6, 7, 8});  // the middle item leaves
    histories.erase(histories.begin() + 3, histories.begin() + 6);
    --num_items;
  }
  EXPECT_EQ(cache.data(), place);
}

TEST_P(EverySize, CrossAttentionSharesAnItemsKeysAmongItsBeams) {
  const HeadShape shape = ShapeOf(GetParam());
  const int64_t width = shape.width();
  at::manual_seed(3);
  for (const int64_t num_beams : {1, 2, 4, 5}) {
    const std::vector<int64_t> offsets = {0, 1, 18, 50, 83};
    CrossCache cache(shape, 2, offsets, num_beams);
    const at::Tensor kv_N2D = at::randn({83, 2 * width});
    cache.Fill(0, at::randn({83, 2 * width}));
    cache.Fill(1, kv_N2D);
    std::vector<int64_t> items = {0, 1, 2, 3};
    for (int pass = 0; pass < 2; ++pass) {
      const int64_t num_rows = static_cast<int64_t>(items.size()) * num_beams;
      const at::Tensor query_RD = at::randn({num_rows, width});
      const at::Tensor context_RD = at::empty({num_rows, width});
      cache.Attend(1, query_RD, context_RD);
      for (int64_t row = 0; row < num_rows; ++row) {
        const int64_t item = items[row / num_beams];
        const at::Tensor source = kv_N2D.slice(0, offsets[item], offsets[item + 1]);
        const at::Tensor expected = Reference(shape, query_RD[row], source.narrow(1, 0, width),
                                              source.narrow(1, width, width));
        EXPECT_LT(LargestDifference(context_RD[row], expected), kTolerance) << row;
      }
      if (pass == 0) cache.KeepItems({0, 2, 3});
      items = {0, 2, 3};
    }
  }
}

TEST(DecodeCache, CrossMemoryDoesNotGrowWithBeams) {
  const HeadShape shape = {2, 8, 1.0f};
  const CrossCache one(shape, 3, {0, 16, 48}, 1);
  const CrossCache four(shape, 3, {0, 16, 48}, 4);
  EXPECT_EQ(one.bytes(), four.bytes());
  EXPECT_EQ(one.bytes(), 3 * 2 * 48 * 16 * 4);  // layers, keys and values, tokens, width, fp32
}

TEST(DecodeCache, LargeScoresNeitherOverflowNorVanish) {
  const HeadShape shape = {1, 1, 1.0f};
  CrossCache cache(shape, 1, {0, 3}, 1);
  cache.Fill(0, at::tensor({500.0f, 1.0f, -500.0f, 2.0f, 499.0f, 3.0f}).reshape({3, 2}));
  const at::Tensor context = at::empty({1, 1});
  cache.Attend(0, at::ones({1, 1}), context);
  const double e = std::exp(-1.0);  // the weights are 1, 0 and 1/e before normalisation
  EXPECT_NEAR(context.item<float>(), (1 + 3 * e) / (1 + e), 1e-6);
}

}  // namespace
}  // namespace plumbline::nn
