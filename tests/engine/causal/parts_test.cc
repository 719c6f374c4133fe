// Rotary positions, grouped attention, the gated activation and the prompt cache against hand
// computation, plain ATen and autograd.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "harness/base/random.h"
#include "models/nn/grouped_attention.h"
#include "models/nn/prompt_cache.h"
#include "models/nn/rope.h"
#include "models/nn/swiglu.h"
#include "tests/parity/bart/golden.h"

// Legend: N packed rows, T/S query and key rows of one item, H query heads, K key heads, E head
// width, R rows of decoding.

namespace plumbline::nn {
namespace {

using testing::Near;

constexpr double kTolerance = 1e-5;
constexpr double kDecodeTolerance = 3e-6;  // fp32 sums of at most 64 products of numbers near 1

at::Tensor Random(at::IntArrayRef sizes) { return at::randn(sizes).requires_grad_(true); }

// The definition, pair by pair, in double.
TEST(Rope, TurnsEachPairOfColumnsByItsAngle) {
  RopeSettings settings;
  settings.head_width = 4;
  settings.theta = 100;
  const at::Tensor x = at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).view({1, 1, 4});
  const RopeTable table = MakeRopeTable(RopeFrequencies(settings), {7}, at::kCPU);
  const at::Tensor turned = Rotate(x, table).flatten();
  const double angles[] = {7.0, 7.0 * std::pow(100.0, -0.5)};
  const double first[] = {1, 2}, second[] = {3, 4};
  for (int64_t f = 0; f < 2; ++f) {
    const double c = std::cos(angles[f]), s = std::sin(angles[f]);
    EXPECT_NEAR(turned[f].item<double>(), first[f] * c - second[f] * s, 1e-5);
    EXPECT_NEAR(turned[f + 2].item<double>(), second[f] * c + first[f] * s, 1e-5);
  }
}

TEST(Rope, PositionZeroTurnsNothingAndTheGradientTurnsBack) {
  at::manual_seed(1);
  RopeSettings settings;
  settings.head_width = 6;
  const at::Tensor frequencies = RopeFrequencies(settings);
  const at::Tensor x = Random({2, 3, 6});
  EXPECT_TRUE(at::equal(Rotate(x, MakeRopeTable(frequencies, {0, 0}, at::kCPU)), x));
  const RopeTable table = MakeRopeTable(frequencies, {5, 11}, at::kCPU);
  const at::Tensor turned = Rotate(x, table);
  // A rotation's transpose is its inverse: the gradient of <turned, turned> / 2 is x itself.
  (turned.square().sum() / 2).backward();
  EXPECT_TRUE(Near("gradient", x.grad(), x.detach(), kTolerance));
}

// Wavelengths by hand: theta 16, width 8: frequencies 1, 1/2, 1/4, 1/8, wavelengths 2 pi times 1,
// 2, 4, 8.
TEST(Rope, Llama3KeepsBlendsAndStretches) {
  RopeSettings settings;
  settings.head_width = 8;
  settings.theta = 16;
  settings.scaling = RopeScaling::kLlama3;
  settings.factor = 8;
  settings.low_freq_factor = 1;
  settings.high_freq_factor = 4;
  settings.original_max_position_embeddings = 40;  // short below 10, long above 40
  const at::Tensor f = RopeFrequencies(settings);
  EXPECT_NEAR(f[0].item<double>(), 1.0, 1e-7);          // 6.3
  EXPECT_NEAR(f[3].item<double>(), 1.0 / 8 / 8, 1e-8);  // 50.3
  for (const int64_t middle : {1, 2}) {                 // 12.6 and 25.1
    const double plain = std::pow(2.0, -static_cast<double>(middle));
    const double smooth = (40 / (2 * std::numbers::pi / plain) - 1) / 3;
    EXPECT_NEAR(f[middle].item<double>(), (1 - smooth) * plain / 8 + smooth * plain, 1e-7);
  }
}

TEST(Rope, LinearScalingDividesEveryFrequency) {
  RopeSettings settings;
  settings.head_width = 4;
  const at::Tensor plain = RopeFrequencies(settings);
  settings.scaling = RopeScaling::kLinear;
  settings.factor = 4;
  EXPECT_TRUE(at::equal(RopeFrequencies(settings), plain / 4));
}

TEST(SwiGlu, EqualsItsDefinitionAndGradient) {
  at::manual_seed(2);
  const at::Tensor x = Random({5, 8});
  const at::Tensor factor = at::randn({5, 4});
  (SwiGlu(x) * factor).sum().backward();
  const at::Tensor other = x.detach().clone().requires_grad_(true);
  const auto halves = other.chunk(2, 1);
  const at::Tensor wanted = halves[0] * halves[0].sigmoid() * halves[1];
  (wanted * factor).sum().backward();
  EXPECT_TRUE(Near("value", SwiGlu(x), wanted.detach(), kTolerance));
  EXPECT_TRUE(Near("gradient", x.grad(), other.grad(), kTolerance));
}

// One item by the definition: every key head repeated for its group, a mask of minus infinities.
at::Tensor Definition(const at::Tensor& q_THE, const at::Tensor& k_SKE, const at::Tensor& v_SKE) {
  const int64_t T = q_THE.size(0), S = k_SKE.size(0);
  const int64_t group = q_THE.size(1) / k_SKE.size(1);
  const at::Tensor k = k_SKE.repeat_interleave(group, 1).transpose(0, 1);
  const at::Tensor v = v_SKE.repeat_interleave(group, 1).transpose(0, 1);
  const at::Tensor mask = at::full({T, S}, -std::numeric_limits<double>::infinity())
                              .to(q_THE.scalar_type())
                              .triu(S - T + 1);
  const double scale = 1 / std::sqrt(static_cast<double>(q_THE.size(2)));
  const at::Tensor scores = at::matmul(q_THE.transpose(0, 1), k.transpose(1, 2)) * scale + mask;
  return at::matmul(scores.softmax(-1), v).transpose(0, 1);
}

struct GroupCase {
  int64_t heads, key_heads, width;
};

class Grouped : public ::testing::TestWithParam<GroupCase> {};
INSTANTIATE_TEST_SUITE_P(GroupedAttention, Grouped,
                         ::testing::Values(GroupCase{1, 1, 2}, GroupCase{6, 1, 8},
                                           GroupCase{6, 2, 14}, GroupCase{4, 4, 16},
                                           GroupCase{5, 1, 64}));

void ExpectDefinition(const GroupCase& shape, const GroupedItems& items) {
  at::manual_seed(4);
  const int64_t M = items.query_offsets.back(), N = items.key_offsets.back();
  // Keys and values as the split of one projection: strided views.
  const at::Tensor kv = Random({N, 2 * shape.key_heads, shape.width});
  const at::Tensor q = Random({M, shape.heads, shape.width});
  const auto halves = kv.chunk(2, 1);
  const at::Tensor factor = at::randn({M, shape.heads, shape.width});
  const at::Tensor found = GroupedCausalAttention(q, halves[0], halves[1], items, 0.0);
  (found * factor).sum().backward();
  const at::Tensor other_kv = kv.detach().to(at::kDouble).requires_grad_(true);
  const at::Tensor other_q = q.detach().to(at::kDouble).requires_grad_(true);
  const auto other = other_kv.chunk(2, 1);
  std::vector<at::Tensor> wanted;
  for (size_t i = 0; i < items.num_items(); ++i) {
    if (items.num_queries(i) == 0) continue;
    wanted.push_back(Definition(other_q.narrow(0, items.query_offsets[i], items.num_queries(i)),
                                other[0].narrow(0, items.key_offsets[i], items.num_keys(i)),
                                other[1].narrow(0, items.key_offsets[i], items.num_keys(i))));
  }
  const at::Tensor all = at::cat(wanted);
  (all * factor).sum().backward();
  EXPECT_TRUE(Near("context", found, all.detach(), kTolerance));
  EXPECT_TRUE(Near("query gradient", q.grad(), other_q.grad(), kTolerance));
  EXPECT_TRUE(Near("key and value gradient", kv.grad(), other_kv.grad(), kTolerance));
}

TEST_P(Grouped, AllRowsAsk) { ExpectDefinition(GetParam(), {{0, 1, 18, 25}, {0, 1, 18, 25}}); }

TEST_P(Grouped, TheLastRowsOfAnItemAskAndSomeItemsDoNot) {
  ExpectDefinition(GetParam(), {{0, 1, 1, 6, 9}, {0, 9, 15, 40, 43}});
}

TEST(GroupedAttention, DropoutKeepsTheMeanAndOffIsExact) {
  at::manual_seed(5);
  const at::NoGradGuard no_grad;
  const GroupedItems items{{0, 3}, {0, 7}};
  const at::Tensor q = at::randn({3, 4, 8}), k = at::randn({7, 2, 8}), v = at::randn({7, 2, 8});
  const at::Tensor exact = GroupedCausalAttention(q, k, v, items, 0.0);
  at::Tensor sum = at::zeros_like(exact);
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i) sum += GroupedCausalAttention(q, k, v, items, 0.2);
  EXPECT_TRUE(Near("mean", sum / kDraws, exact, 0.1));
  EXPECT_FALSE(at::equal(GroupedCausalAttention(q, k, v, items, 0.2), exact));
}

// Each row keeps its own list of keys and values, copied at every reordering: what the table must
// amount to.
TEST_P(Grouped, TheCacheSeesPromptAndExactlyTheAncestorsOfABeam) {
  const GroupCase& sizes = GetParam();
  const GroupShape shape = {sizes.heads, sizes.key_heads, sizes.width,
                            1 / std::sqrt(static_cast<float>(sizes.width))};
  for (const int64_t beams : {1, 3}) {
    at::manual_seed(7);
    SplitMix64 random(11);
    const std::vector<int64_t> offsets = {0, 1, 18, 50};
    PromptCache cache(shape, 2, offsets, beams, 6);
    const at::Tensor prompt_k = at::randn({50, sizes.key_heads, sizes.width});
    const at::Tensor prompt_v = at::randn({50, sizes.key_heads, sizes.width});
    cache.FillPrompt(0, at::randn_like(prompt_k), at::randn_like(prompt_v));
    cache.FillPrompt(1, prompt_k, prompt_v);
    const void* places[] = {cache.prompt_data(), cache.generated_data()};
    std::vector<int64_t> items = {0, 1, 2};
    std::vector<std::vector<std::pair<at::Tensor, at::Tensor>>> histories(
        static_cast<size_t>(3 * beams));
    for (int64_t step = 0; step < 6; ++step) {
      const auto num_rows = static_cast<int64_t>(items.size()) * beams;
      std::vector<int64_t> parents;
      for (int64_t row = 0; row < num_rows; ++row) {
        parents.push_back(row / beams * beams +
                          static_cast<int64_t>(random.Below(static_cast<uint64_t>(beams))));
      }
      cache.BeginStep(parents);
      const at::Tensor q = at::randn({num_rows, sizes.heads, sizes.width});
      const at::Tensor kv = at::randn({num_rows, 2 * sizes.key_heads, sizes.width});
      const auto halves = kv.chunk(2, 1);
      auto next = histories;
      for (size_t row = 0; row < static_cast<size_t>(num_rows); ++row) {
        next[row] = histories[step == 0 ? row : static_cast<size_t>(parents[row])];
        next[row].emplace_back(halves[0][static_cast<int64_t>(row)].clone(),
                               halves[1][static_cast<int64_t>(row)].clone());
      }
      histories = next;
      const at::Tensor context = at::empty({num_rows, shape.query_width()});
      cache.Attend(0, at::randn_like(q), halves[1], halves[0], context);  // layers do not mix
      cache.Attend(1, q, halves[0], halves[1], context);
      for (int64_t row = 0; row < num_rows; ++row) {
        const auto item = static_cast<size_t>(items[static_cast<size_t>(row / beams)]);
        const int64_t begin = offsets[item], size = offsets[item + 1] - begin;
        std::vector<at::Tensor> keys = {prompt_k.narrow(0, begin, size)};
        std::vector<at::Tensor> values = {prompt_v.narrow(0, begin, size)};
        for (const auto& [key, value] : histories[static_cast<size_t>(row)]) {
          keys.push_back(key.unsqueeze(0));
          values.push_back(value.unsqueeze(0));
        }
        const at::Tensor wanted =
            Definition(q.narrow(0, row, 1).to(at::kDouble), at::cat(keys).to(at::kDouble),
                       at::cat(values).to(at::kDouble));
        EXPECT_TRUE(Near("context", context[row], wanted.flatten(), kDecodeTolerance))
            << step << ":" << row;
      }
      EXPECT_EQ(cache.Positions().back(), 32 + step);
      if (step != 2) continue;
      cache.KeepItems({0, 2});  // the middle item leaves
      items = {0, 2};
      histories.erase(histories.begin() + beams, histories.begin() + 2 * beams);
    }
    EXPECT_EQ(cache.prompt_data(), places[0]);
    EXPECT_EQ(cache.generated_data(), places[1]);
  }
}

TEST(PromptCache, PromptMemoryDoesNotGrowWithBeamsNorWithQueryHeads) {
  const GroupShape shape = {8, 2, 8, 1.0f};
  const PromptCache one(shape, 3, {0, 16, 48}, 1, 5);
  const PromptCache four(shape, 3, {0, 16, 48}, 4, 5);
  EXPECT_EQ(one.prompt_bytes(), four.prompt_bytes());
  EXPECT_EQ(one.prompt_bytes(),
            3 * 2 * 48 * 2 * 8 * 4);  // layers, keys and values, tokens, key width, fp32
  EXPECT_EQ(four.generated_bytes(),
            3 * 2 * 5 * 8 * 2 * 8 * 4);  // layers, both, steps, rows, key width, fp32
}

}  // namespace
}  // namespace plumbline::nn
