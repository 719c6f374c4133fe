// Accumulation must not change the optimization: 4 micro-batches of 2 equal one of 8, token by token - and the
// compatible mode must repeat transformers' N-fold inflation where it has it, and nowhere else.
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "harness/train/trainer.h"
#include "tests/engine/train/tiny.h"

namespace plumbline::train {
namespace {

using ::plumbline::testing::BiasModel;
using ::plumbline::testing::FlatWeights;
using ::plumbline::testing::QuickArguments;
using ::plumbline::testing::RowsOf;
using ::plumbline::testing::SeededRows;
using ::plumbline::testing::TinyBart;

struct Outcome {
  TrainResult result;
  at::Tensor weights;
};

Outcome RunTraining(std::unique_ptr<models::Model> model, const std::vector<data::TokenizedRow>& rows, int64_t batch,
            int64_t accumulation, LossNormalization normalization, double smoothing = 0) {
  TrainingArguments arguments = QuickArguments();
  arguments.shuffle = false;
  arguments.learning_rate = 1e-3;
  arguments.per_device_train_batch_size = batch;
  arguments.gradient_accumulation_steps = accumulation;
  arguments.loss_normalization = normalization;
  arguments.label_smoothing_factor = smoothing;
  TrainResult result = Train(*model, RowsOf(rows), arguments, {}, {});
  return {std::move(result), FlatWeights(*model)};
}

double Ratio(const Outcome& a, const Outcome& b) { return a.result.step_losses[0] / b.result.step_losses[0]; }
double NormRatio(const Outcome& a, const Outcome& b) {
  return a.result.gradient_norms[0] / b.result.gradient_norms[0];
}

TEST(LossNormalization, FourMicroBatchesOfTwoEqualOneOfEight) {
  const auto rows = SeededRows(20);  // ragged targets, and a last window of 4 rows
  const Outcome one = RunTraining(TinyBart(0), rows, 8, 1, LossNormalization::kTokens);
  const Outcome four = RunTraining(TinyBart(0), rows, 2, 4, LossNormalization::kTokens);
  ASSERT_EQ(one.result.step_losses.size(), 3u);
  ASSERT_EQ(four.result.step_losses.size(), 3u);
  for (size_t step = 0; step < 3; ++step) {
    EXPECT_NEAR(four.result.step_losses[step] / one.result.step_losses[step], 1, 1e-6);
    EXPECT_NEAR(four.result.gradient_norms[step] / one.result.gradient_norms[step], 1, 1e-5);
  }
  EXPECT_LE((one.weights - four.weights).abs().max().item<float>(), 1e-5f);
  for (const Outcome* outcome : {&one, &four}) {
    EXPECT_EQ(outcome->result.observed.loss_weight_min, 1);
    EXPECT_EQ(outcome->result.observed.loss_weight_max, 1);
  }
}

TEST(LossNormalization, CompatibleModeInflatesLossAndGradientsByTheAccumulation) {
  const auto rows = SeededRows(8, 4);  // equal targets: the mean of means is the mean
  const Outcome one = RunTraining(TinyBart(0), rows, 8, 1, LossNormalization::kHfSeq2SeqBug);
  const Outcome four = RunTraining(TinyBart(0), rows, 2, 4, LossNormalization::kHfSeq2SeqBug);
  EXPECT_NEAR(Ratio(four, one), 4, 1e-5);
  EXPECT_NEAR(NormRatio(four, one), 4, 1e-4);
  EXPECT_EQ(four.result.observed.loss_weight_max, 4);
  EXPECT_EQ(one.result.observed.loss_weight_max, 1);
}

// 10 rows by twos: windows of four and of one micro-batch.
TEST(LossNormalization, TheTailOfAnEpochWeighsLess) {
  const Outcome outcome = RunTraining(TinyBart(0), SeededRows(10), 2, 4, LossNormalization::kHfSeq2SeqBug);
  EXPECT_EQ(outcome.result.observed.loss_weight_min, 1);
  EXPECT_EQ(outcome.result.observed.loss_weight_max, 4);
}

TEST(LossNormalization, CompatibleModeIsRightWithoutAccumulationWithSmoothingAndForDecoders) {
  const auto rows = SeededRows(8, 4);
  const auto bug = LossNormalization::kHfSeq2SeqBug;
  const auto tokens = LossNormalization::kTokens;
  EXPECT_EQ(Ratio(RunTraining(TinyBart(0), rows, 8, 1, bug), RunTraining(TinyBart(0), rows, 8, 1, tokens)), 1);
  const Outcome smoothed = RunTraining(TinyBart(0), rows, 2, 4, bug, 0.1);
  EXPECT_EQ(Ratio(smoothed, RunTraining(TinyBart(0), rows, 2, 4, tokens, 0.1)), 1);
  const auto decoder = [] { return std::make_unique<BiasModel>(false); };
  EXPECT_EQ(Ratio(RunTraining(decoder(), rows, 2, 4, bug), RunTraining(decoder(), rows, 2, 4, tokens)), 1);
}

// Bias model, logits all 0: p = 1/12 everywhere, so the mean loss is ln 12 whatever the rows hold.
TEST(LossNormalization, MeanLossOfAUniformModelIsTheLogOfTheVocabulary) {
  auto model = std::make_unique<BiasModel>();
  model->logits_V = at::zeros({BiasModel::kVocabulary}).requires_grad_(true);
  const Outcome outcome = RunTraining(std::move(model), SeededRows(7), 2, 4, LossNormalization::kTokens);
  EXPECT_NEAR(outcome.result.step_losses[0], 2.4849066497880004, 1e-6);
}

}  // namespace
}  // namespace plumbline::train
