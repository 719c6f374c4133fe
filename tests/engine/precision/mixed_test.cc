// bf16 and fp16 training as transformers' Trainer has it: products in the half type, weights and
// gradients in fp32, a loss scale with skipped steps, schedule and clipping as torch does them.
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "harness/train/operator_counter.h"
#include "tests/engine/precision/families.h"
#include "tests/engine/train/tiny.h"
#include "tests/testing/device/test_device.h"
#include "tests/testing/error_matcher.h"

namespace plumbline {
namespace {

using testing::FreshModel;
using testing::QuickArguments;
using testing::RowsFor;
using testing::RowsOf;
using testing::RunStep;
using testing::SeededRows;
using testing::StepValues;
using train::ComputeType;

class Mixed : public ::testing::TestWithParam<std::tuple<const char*, at::ScalarType>> {};

// Rounding to 8 or 11 bits in a few layers: a gradient's direction survives.
TEST_P(Mixed, GradientsAreFp32AndFollowThoseOfFp32) {
  const auto& [family, compute] = GetParam();
  const auto model = FreshModel(family, {.dropout = 0.0, .width = 32});
  const models::PackedBatch batch = RowsFor(*model, 3, 9);
  const StepValues full = RunStep(*model, batch);
  const StepValues half = RunStep(*model, batch, compute);
  EXPECT_NE(half.loss, full.loss);
  EXPECT_NEAR(half.loss, full.loss, 0.01 * full.loss);
  for (const auto& [name, gradient] : full.gradients) {
    const at::Tensor& found = half.gradients.at(name);
    EXPECT_EQ(found.scalar_type(), at::kFloat) << name;
    const double size = gradient.norm().item<double>();
    if (size < 1e-4) continue;  // mathematically zero
    EXPECT_LT((found - gradient).norm().item<double>(), 0.1 * size) << name;
  }
}

TEST_P(Mixed, ProductsRunInTheHalfTypeForwardAndBackward) {
  const auto& [family, compute] = GetParam();
  if (!testing::TestDevice().is_cpu()) GTEST_SKIP() << "attention is made of other products there";
  // With dropout LibTorch's own attention sums half inputs in fp32, as transformers gets it too.
  const auto model = FreshModel(family, {.dropout = 0.0});
  const models::PackedBatch batch = RowsFor(*model, 3, 9);
  const train::OperatorCounter counter;
  RunStep(*model, batch);
  const int64_t full = counter.counts().product_dtypes.at("float32");
  const int64_t flops = counter.counts().flops;
  EXPECT_EQ(counter.counts().product_dtypes.size(), 1U);
  RunStep(*model, batch, compute);
  const auto both = counter.counts().product_dtypes;
  const int64_t halves = both.at(compute == at::kHalf ? "float16" : "bfloat16");
  EXPECT_GT(halves, full * 8 / 10);
  // The head's gradient alone may stay in fp32; nothing is counted twice.
  EXPECT_EQ(halves + both.at("float32"), 2 * full);
  EXPECT_EQ(counter.counts().flops, 2 * flops);
}

INSTANTIATE_TEST_SUITE_P(Families, Mixed,
                         ::testing::Combine(::testing::ValuesIn(testing::kFamilies),
                                            ::testing::Values(at::kBFloat16, at::kHalf)));

// Its gradient passes through fp16 at 4 times the loss scale: 65504 is exceeded at 65536, 32768 and
// 16384, not at 8192.
class HalfGradientModel : public testing::BiasModel {
 public:
  models::LossSums Loss(const models::PackedBatch& batch, double smoothing,
                        bool training) override {
    models::LossSums sums = BiasModel::Loss(batch, smoothing, training);
    const at::Tensor half = (logits_V.to(at::kHalf) * 4).sum().to(at::kFloat);
    sums.loss = sums.loss + half * static_cast<double>(sums.num_tokens);
    return sums;
  }
};

train::TrainingArguments Arguments(ComputeType type) {
  train::TrainingArguments arguments = QuickArguments();
  arguments.compute_type = type;
  arguments.lr_scheduler_type = "linear";
  arguments.max_grad_norm = 1.0;
  return arguments;
}

TEST(LossScale, OverflowsAreSkippedUntilTheScaleFits) {
  HalfGradientModel model;
  const auto result =
      train::Train(model, RowsOf(SeededRows(12)), Arguments(ComputeType::kFloat16), {}, {});
  const ledger::Observed& observed = result.observed;
  EXPECT_EQ(result.state.global_step, 6);
  EXPECT_EQ(observed.optimizer_steps, 6);
  EXPECT_EQ(observed.skipped_steps, 3);
  EXPECT_EQ(observed.scheduler_steps, 3);
  EXPECT_EQ(observed.nonfinite_losses, 0);
  EXPECT_EQ(observed.first_nonfinite_step, 1);
  EXPECT_EQ(observed.first_nonfinite_place,
            "a gradient that is not finite in 'bias_table.weight'");
  // The schedule stood still: 0.1, 0.1, 0.1, then 0.1 * 6/6, 5/6, 4/6.
  ASSERT_EQ(observed.learning_rates.size(), 6U);
  for (size_t step = 0; step < 4; ++step) EXPECT_EQ(observed.learning_rates[step], 0.1);
  EXPECT_NEAR(observed.learning_rates[5], 0.1 * 4 / 6, 1e-12);
  EXPECT_EQ(result.step_losses.size(), 3U);
}

// Norms are those of the real gradient, and clipping sees them: the scale is divided out first.
TEST(LossScale, TheScaleIsDividedOutBeforeClipping) {
  HalfGradientModel scaled, plain;
  ASSERT_TRUE(at::equal(scaled.logits_V, plain.logits_V));
  const auto rows = SeededRows(2);
  train::TrainingArguments arguments = Arguments(ComputeType::kFloat16);
  arguments.num_train_epochs = 4;  // the same two rows four times: three skips, one update
  arguments.lr_scheduler_type = "constant";
  const auto half = train::Train(scaled, RowsOf(rows), arguments, {}, {});
  arguments.num_train_epochs = 1;
  arguments.compute_type = ComputeType::kFloat32;
  const auto full = train::Train(plain, RowsOf(rows), arguments, {}, {});
  ASSERT_EQ(half.gradient_norms.size(), 1U);
  ASSERT_EQ(full.gradient_norms.size(), 1U);
  EXPECT_NEAR(half.gradient_norms[0], full.gradient_norms[0], 1e-3 * full.gradient_norms[0]);
  EXPECT_GT(full.gradient_norms[0], 1.0);
  EXPECT_TRUE(at::allclose(scaled.logits_V, plain.logits_V, 1e-4, 1e-5));
}

TEST(LossScale, NothingIsScaledOrSkippedInTheOtherTypes) {
  for (const ComputeType type : {ComputeType::kFloat32, ComputeType::kBFloat16}) {
    HalfGradientModel model;
    const auto result = train::Train(model, RowsOf(SeededRows(12)), Arguments(type), {}, {});
    EXPECT_EQ(result.observed.skipped_steps, 0);
    EXPECT_EQ(result.observed.first_nonfinite_step, ledger::kUnknown);
  }
}

TEST(LossScale, AnAllowanceThatRunsOutEndsTheRunWithThePlace) {
  HalfGradientModel model;
  train::TrainingArguments arguments = Arguments(ComputeType::kFloat16);
  arguments.max_nonfinite_steps = 2;
  EXPECT_ERROR(train::Train(model, RowsOf(SeededRows(12)), arguments, {}, {}), ErrorKind::kNumeric,
               "training at step 3: found a gradient that is not finite in 'bias_table.weight', "
               "wanted finite numbers (2 such steps allowed)");
  arguments.max_nonfinite_steps = 3;
  HalfGradientModel other;
  EXPECT_NO_THROW(train::Train(other, RowsOf(SeededRows(12)), arguments, {}, {}));
}

TEST(LossScale, TwentySkipsInARowEndTheRun) {
  testing::BiasModel model;
  auto rows = SeededRows(60);
  for (auto& row : rows) row.input_ids[0] = testing::BiasModel::kPoison;
  EXPECT_ERROR(train::Train(model, RowsOf(rows), Arguments(ComputeType::kFloat16), {}, {}),
               ErrorKind::kNumeric, "20 such steps in a row, loss scale 0.0625");
}

TEST(MixedTraining, WeightsStayFp32AndTheLossFalls) {
  for (const ComputeType type : {ComputeType::kBFloat16, ComputeType::kFloat16}) {
    const auto model = testing::TinyBart(0.0);
    train::TrainingArguments arguments = Arguments(type);
    arguments.learning_rate = 0.01;
    arguments.num_train_epochs = 4;
    const auto result = train::Train(*model, RowsOf(SeededRows(12, 4)), arguments, {}, {});
    EXPECT_EQ(result.observed.parameter_dtypes.size(), 1U);
    EXPECT_EQ(result.observed.parameter_dtypes.begin()->first, "Float");
    EXPECT_GT(result.observed.product_dtypes.at(std::string(train::NameOf(type))), 0);
    EXPECT_LT(result.step_losses.back(), result.step_losses.front());
  }
}

}  // namespace
}  // namespace plumbline
