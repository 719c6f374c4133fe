// Properties of BART over packed rows that need no reference: independence of items, gradients,
// dropout, refusals.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/model_bart.h"
#include "tests/parity/bart/golden.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::models {
namespace {

using testing::PackItems;

// fp32 sums of a few dozen terms in another order.
constexpr double kOrderTolerance = 1e-6;

class BartOnGolden : public ::testing::Test {
 protected:
  testing::BartGolden golden_{"uneven"};
  std::unique_ptr<Model> model_ = golden_.Load();
  Json items_ = golden_.expected.at("batch");

  double LossOf(const Json& items, double smoothing = 0.1) {
    const at::NoGradGuard no_grad;
    return model_->Loss(PackItems(items), smoothing, true).loss.item<double>();
  }

  // A model like the golden one whose config.json has `key` = `value`.
  std::unique_ptr<Model> With(const char* key, const Json& value) const {
    Json config = model_->config();
    config[key] = value;
    auto other = std::make_unique<BartModel>(config, at::kCPU);
    const at::NoGradGuard no_grad;
    const auto from = model_->Parameters();
    const auto to = other->Parameters();
    for (size_t i = 0; i < from.size(); ++i) to[i].value.copy_(from[i].value);
    return other;
  }

  void ExpectRefused(const Json& item, const std::string& message_part) {
    EXPECT_ERROR(model_->Loss(PackItems(Json::array({items_[0], item})), 0, false),
                 ErrorKind::kData, message_part);
  }
};

TEST_F(BartOnGolden, PackedLogitsEqualItemsOneByOne) {
  const at::NoGradGuard no_grad;
  const at::Tensor packed_MV = model_->Logits(PackItems(items_));
  int64_t begin = 0;
  for (const Json& item : items_) {
    const at::Tensor alone_MV = model_->Logits(PackItems(Json::array({item})));
    EXPECT_TRUE(testing::Near("item", packed_MV.narrow(0, begin, alone_MV.size(0)), alone_MV,
                              kOrderTolerance));
    begin += alone_MV.size(0);
  }
}

TEST_F(BartOnGolden, PackedLossIsTheSumOverItemsInAnyOrder) {
  double sum = 0;
  for (const Json& item : items_) sum += LossOf(Json::array({item}));
  const double packed = LossOf(items_);
  std::reverse(items_.begin(), items_.end());
  EXPECT_NEAR(packed, sum, kOrderTolerance * sum);
  EXPECT_NEAR(LossOf(items_), sum, kOrderTolerance * sum);
}

TEST_F(BartOnGolden, LabelsThatAreIgnoredCarryNothing) {
  for (Json& label : items_[1].at("labels")) label = kIgnoredLabel;
  const double all = LossOf(items_);
  items_.erase(1);
  EXPECT_NEAR(all, LossOf(items_), kOrderTolerance * all);
}

TEST_F(BartOnGolden, NoLabelAtAllGivesZeroAndZeroGradients) {
  for (Json& item : items_) {
    for (Json& label : item.at("labels")) label = kIgnoredLabel;
  }
  const LossSums sums = model_->Loss(PackItems(items_), 0.1, true);
  sums.loss.backward();
  EXPECT_EQ(sums.num_tokens, 0);
  EXPECT_EQ(sums.loss.item<float>(), 0);
  EXPECT_EQ(model_->Parameters()[0].value.grad().abs().max().item<float>(), 0);
}

// Central differences of the summed, smoothed loss along one direction a tensor.
TEST_F(BartOnGolden, SmoothedGradientEqualsFiniteDifferences) {
  const PackedBatch batch = PackItems(items_);
  model_->Loss(batch, 0.1, true).loss.backward();
  constexpr double kStep = 2e-3;
  for (const auto& [name, value] : model_->Parameters()) {
    const at::NoGradGuard no_grad;
    const at::Tensor direction = value.grad() / value.grad().norm().clamp_min(1e-12);
    const at::Tensor start = value.clone();
    const auto loss_at = [&](double step) {
      value.copy_(start + direction * step);
      return model_->Loss(batch, 0.1, true).loss.item<double>();
    };
    const double slope = (loss_at(kStep) - loss_at(-kStep)) / (2 * kStep);
    value.copy_(start);
    const double wanted = value.grad().norm().item<double>();
    // Truncation is of order kStep^2, rounding of the fp32 loss (about 60) over kStep about 2e-3.
    EXPECT_NEAR(slope, wanted, 0.01 * wanted + 0.01) << name;
  }
}

TEST_F(BartOnGolden, EvaluationLossNeedsNoGradientAndEqualsTraining) {
  const LossSums with = model_->Loss(PackItems(items_), 0.1, true);
  const at::NoGradGuard no_grad;
  const LossSums without = model_->Loss(PackItems(items_), 0.1, false);
  EXPECT_TRUE(with.loss.requires_grad());
  EXPECT_FALSE(without.loss.requires_grad());
  EXPECT_EQ(with.loss.item<float>(), without.loss.item<float>());
}

TEST_F(BartOnGolden, FrozenParametersGetNoGradient) {
  for (const auto& [name, value] : model_->Parameters())
    value.set_requires_grad(name.ends_with("q_proj.weight"));
  model_->Loss(PackItems(items_), 0, true).loss.backward();
  for (const auto& [name, value] : model_->Parameters())
    EXPECT_EQ(value.grad().defined(), value.requires_grad()) << name;
}

TEST_F(BartOnGolden, DropoutFollowsTheDefaultGeneratorAndOnlyInTraining) {
  for (const char* key :
       {"dropout", "attention_dropout", "activation_dropout", "encoder_layerdrop"}) {
    const std::unique_ptr<Model> other = With(key, 0.5);
    const auto loss = [&](uint64_t seed, bool training) {
      at::manual_seed(seed);
      const at::NoGradGuard no_grad;
      return other->Loss(PackItems(items_), 0, training).loss.item<float>();
    };
    EXPECT_EQ(loss(1, true), loss(1, true)) << key;
    EXPECT_NE(loss(1, true), loss(1, false)) << key;
    EXPECT_EQ(loss(1, false), loss(2, false)) << key;
    EXPECT_NEAR(loss(1, false), LossOf(items_, 0), kOrderTolerance * LossOf(items_, 0)) << key;
  }
}

// Probability dropout leaves the flash kernel: the other path must be the same function.
TEST_F(BartOnGolden, BothAttentionPathsGiveTheSameGradients) {
  const std::unique_ptr<Model> other = With("attention_dropout", 1e-12);
  model_->Loss(PackItems(items_), 0, true).loss.backward();
  other->Loss(PackItems(items_), 0, true).loss.backward();
  const auto flash = model_->Parameters();
  const auto plain = other->Parameters();
  for (size_t i = 0; i < flash.size(); ++i) {
    const double scale = std::max(1e-3, flash[i].value.grad().abs().max().item<double>());
    EXPECT_TRUE(
        testing::Near(flash[i].name, plain[i].value.grad(), flash[i].value.grad(), 1e-5 * scale));
  }
}

TEST_F(BartOnGolden, GradientsOfMicroBatchesAddUp) {
  model_->Loss(PackItems(items_), 0, true).loss.backward();
  std::vector<at::Tensor> whole;
  for (const auto& [name, value] : model_->Parameters()) {
    whole.push_back(value.grad().clone());
    value.mutable_grad().reset();
  }
  for (const Json& item : items_)
    model_->Loss(PackItems(Json::array({item})), 0, true).loss.backward();
  for (size_t i = 0; i < whole.size(); ++i) {
    const NamedTensor parameter = model_->Parameters()[i];
    const double scale = std::max(1e-3, whole[i].abs().max().item<double>());
    EXPECT_TRUE(testing::Near(parameter.name, parameter.value.grad(), whole[i], 1e-5 * scale));
  }
}

TEST_F(BartOnGolden, ImpossibleItemsAreRefused) {
  const Json ones = std::vector<int64_t>(41, 4);
  ExpectRefused({{"input_ids", Json::array()}, {"decoder_input_ids", {2}}, {"labels", {5}}},
                "item 1 with 0 source tokens, wanted 1 to 40");
  ExpectRefused(
      {{"input_ids", {4}}, {"decoder_input_ids", Json::array()}, {"labels", Json::array()}},
      "item 1 with 0 target tokens");
  ExpectRefused({{"input_ids", ones}, {"decoder_input_ids", {2}}, {"labels", {5}}},
                "item 1 with 41 source tokens");
  ExpectRefused({{"input_ids", {101}}, {"decoder_input_ids", {2}}, {"labels", {5}}},
                "id 101, wanted 0 to 100");
  ExpectRefused({{"input_ids", {4}}, {"decoder_input_ids", {-1}}, {"labels", {5}}},
                "id -1, wanted 0 to 100");
  ExpectRefused({{"input_ids", {4}}, {"decoder_input_ids", {2}}, {"labels", {101}}},
                "label id 101");
}

}  // namespace
}  // namespace plumbline::models
