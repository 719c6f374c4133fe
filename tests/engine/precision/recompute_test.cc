// Gradient checkpointing changes memory and nothing else: loss, gradients and random numbers are
// bit-equal in every family, with dropout and under autocast.
#include "models/nn/recompute.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <tuple>

#include "harness/train/allocation_counter.h"
#include "tests/engine/precision/families.h"

namespace plumbline {
namespace {

using testing::FreshModel;
using testing::RowsFor;
using testing::RunStep;
using testing::StepValues;

using Case = std::tuple<const char*, at::ScalarType, double>;

class Checkpointing : public ::testing::TestWithParam<Case> {};

TEST_P(Checkpointing, EveryGradientIsBitEqual) {
  const auto& [family, compute, dropout] = GetParam();
  const auto model = FreshModel(family, {.dropout = dropout});
  const models::PackedBatch batch = RowsFor(*model, 3, 9);
  const StepValues plain = RunStep(*model, batch, compute);
  model->SetGradientCheckpointing(true);
  const StepValues again = RunStep(*model, batch, compute);
  EXPECT_EQ(again.loss, plain.loss);
  EXPECT_EQ(again.next_draw, plain.next_draw);
  ASSERT_EQ(again.gradients.size(), plain.gradients.size());
  for (const auto& [name, gradient] : plain.gradients) {
    EXPECT_TRUE(at::equal(again.gradients.at(name), gradient)) << name;
    // Softmax ignores what shifts all scores of a query alike.
    if (!name.ends_with("k_proj.bias")) {
      EXPECT_GT(gradient.abs().max().item<double>(), 0) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Checkpointing,
                         ::testing::Combine(::testing::ValuesIn(testing::kFamilies),
                                            ::testing::Values(at::kFloat, at::kBFloat16),
                                            ::testing::Values(0.0, 0.1)));

int64_t PeakOfStep(models::Model& model, const models::PackedBatch& batch) {
  const train::AllocationCounter counter(model.device().type());
  RunStep(model, batch);
  return counter.counts().peak_bytes;
}

class CheckpointingOf : public ::testing::TestWithParam<const char*> {};

TEST_P(CheckpointingOf, ThePeakFallsByHalfAndMore) {
  const auto model = FreshModel(GetParam(), {.dropout = 0.1, .layers = 8, .width = 32});
  const models::PackedBatch batch = RowsFor(*model, 4, 96);
  const int64_t plain_bytes = PeakOfStep(*model, batch);
  model->SetGradientCheckpointing(true);
  const int64_t less_bytes = PeakOfStep(*model, batch);
  std::printf("%s: peak of a step %lld -> %lld bytes\n", GetParam(),
              static_cast<long long>(plain_bytes), static_cast<long long>(less_bytes));
  EXPECT_LT(2 * less_bytes, plain_bytes);
  model->SetGradientCheckpointing(false);
  EXPECT_EQ(PeakOfStep(*model, batch), plain_bytes);
}

INSTANTIATE_TEST_SUITE_P(Families, CheckpointingOf, ::testing::ValuesIn(testing::kFamilies));

// LoRA on a frozen embedding: no input of the first layer requires grad.
TEST(Recompute, FrozenInputsStillFeedTrainedWeights) {
  const at::Tensor weight = at::randn({3, 3}).requires_grad_(true);
  const at::Tensor x = at::randn({2, 3});
  const at::Tensor out = nn::Recompute(
      [weight](const std::vector<at::Tensor>& in) { return at::mm(in[0], weight).tanh(); }, {x});
  ASSERT_TRUE(out.requires_grad());
  out.sum().backward();
  const at::Tensor found = weight.grad().clone();
  weight.mutable_grad().reset();
  at::mm(x, weight).tanh().sum().backward();
  EXPECT_TRUE(at::equal(found, weight.grad()));
  EXPECT_FALSE(x.grad().defined());
}

TEST(Recompute, WithoutRecordingTheSegmentRunsOnce) {
  int calls = 0;
  const nn::Segment count = [&calls](const std::vector<at::Tensor>& in) {
    ++calls;
    return in[0] * 2;
  };
  const at::NoGradGuard no_grad;
  EXPECT_TRUE(at::equal(nn::Recompute(count, {at::ones({2})}), at::full({2}, 2.0)));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace plumbline
