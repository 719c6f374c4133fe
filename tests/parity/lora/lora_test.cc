// LoRA against peft 0.21 in all four families, on adapters that peft saved: see
// tests/golden/lora/MANIFEST.json. What is trained and saved here is left as a test output for
// tests/tools/check_adapters_in_peft.py, which loads it in peft.
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "harness/train/optimizer.h"
#include "harness/train/schedule.h"
#include "models/adapt/adapter.h"
#include "models/safetensors.h"
#include "tests/parity/bart/golden.h"
#include "tests/parity/causal/golden.h"
#include "tests/parity/ladder/rungs.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline {
namespace {

using testing::Near;

constexpr const char* kFamilies[] = {"bart", "mt5", "llama", "qwen3"};

// The ladder of DESIGN section 6.
constexpr double kLogitTolerance = 1e-5;
// One product of rank R and one sum, of values around 1.
constexpr double kMergedTolerance = 1e-6;
constexpr double kLossRelativeTolerance = 1e-5;
constexpr double kNormRelativeTolerance = 1e-4;
constexpr double kGradientTolerance = 1e-5;
constexpr double kGlobalNormShare = 1e-4;
// Twenty steps amplify summation order.
constexpr double kTrainedTolerance = 1e-4;

class Lora : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<models::Model> LoadBase() const {
    return models::LoadModel(
        std::filesystem::path("tests/golden") / expected_.at("base").get<std::string>(),
        testing::TestDevice());
  }

  std::unique_ptr<models::Model> LoadAdapted() const {
    std::unique_ptr<models::Model> model = LoadBase();
    models::LoadAdapter(*model, folder_ / "adapter", /*trainable=*/true);
    return model;
  }

  models::PackedBatch Pack(const Json& items) const {
    const bool is_causal = expected_.at("base").get<std::string>().starts_with("causal");
    return is_causal ? testing::PackCausalItems(items) : testing::PackItems(items);
  }

  at::Tensor Golden(const std::string& name) const {
    const models::StoredTensor* entry = tensors_.Find(name);
    if (entry == nullptr) throw std::runtime_error("no golden tensor " + name);
    return tensors_.View(*entry);
  }

  at::Tensor Logits(models::Model& model) const {
    const at::NoGradGuard no_grad;
    return model.Logits(Pack(expected_.at("batch")));
  }

  void ExpectLogits(models::Model& model, const std::string& prefix, double tolerance) const {
    testing::ExpectItemsNear(
        prefix, Logits(model), Pack(expected_.at("batch")),
        [&](int64_t i) { return Golden(prefix + "/" + std::to_string(i)); }, tolerance);
  }

  // The golden training.
  std::vector<testing::StepResult> RunSteps(models::Model& model) const {
    train::AdamW optimizer = Optimizer(model);
    return testing::RunSteps(model, optimizer, expected_.at("training"),
                             [&](const Json& items) { return Pack(items); });
  }

  train::AdamW Optimizer(const models::Model& model) const {
    train::AdamWConfig config;
    config.weight_decay = expected_.at("training").at("settings").at("weight_decay").get<double>();
    return train::AdamW(models::AllParameters(model), config);
  }

  std::filesystem::path folder_ = std::filesystem::path("tests/golden/lora") / GetParam();
  Json expected_ = ReadJsonFile(folder_ / "expected.json");
  models::SafetensorsFile tensors_{folder_ / "expected.safetensors"};
};

TEST_P(Lora, TheSameModulesAndValuesAreTrained) {
  const auto model = LoadAdapted();
  EXPECT_EQ(Json(models::AdapterModules(*model)), expected_.at("modules"));
  int64_t trainable = 0;
  for (const auto& [name, value] : models::AllParameters(*model)) {
    if (!value.requires_grad()) continue;
    trainable += value.numel();
    const Json& decayed = expected_.at("decayed");
    const bool wanted = std::find(decayed.begin(), decayed.end(), name) != decayed.end();
    EXPECT_EQ(train::DecaysWeight(name), wanted) << name;
  }
  EXPECT_EQ(trainable, expected_.at("trainable").get<int64_t>());
}

TEST_P(Lora, LogitsEqualPeft) {
  const auto model = LoadAdapted();
  ExpectLogits(*model, "logits", kLogitTolerance);
  const auto base = LoadBase();
  EXPECT_GT(testing::LargestDifference(Logits(*model), Logits(*base)), 1e-2);
}

TEST_P(Lora, EveryGradientEqualsPeftAndFrozenWeightsHaveNone) {
  const auto model = LoadAdapted();
  const models::LossSums sums = model->Loss(Pack(expected_.at("batch")), 0.0, true);
  ASSERT_EQ(sums.num_tokens, expected_.at("num_tokens").get<int64_t>());
  (sums.loss / sums.num_tokens).backward();
  double squares = 0;
  for (const auto& [name, value] : models::AllParameters(*model)) {
    if (!value.requires_grad()) {
      EXPECT_FALSE(value.grad().defined()) << name;
      continue;
    }
    squares += Golden("grad/" + name).to(at::kDouble).square().sum().item<double>();
  }
  double worst = 0;
  for (const auto& [name, value] : models::AllParameters(*model)) {
    if (!value.requires_grad()) continue;
    const at::Tensor wanted = Golden("grad/" + name);
    const double scale =
        std::max(wanted.abs().max().item<double>(), kGlobalNormShare * std::sqrt(squares));
    EXPECT_TRUE(Near(name, value.grad(), wanted, kGradientTolerance * scale));
    worst = std::max(worst, testing::LargestDifference(value.grad(), wanted) / scale);
  }
  std::printf("[   worst  ] gradient difference / scale %.3g\n", worst);
}

TEST_P(Lora, TwentyOptimizerStepsEqualPeft) {
  const auto model = LoadAdapted();
  const std::vector<testing::StepResult> wanted = testing::StepsOf(expected_.at("training"));
  ASSERT_EQ(wanted.size(), 20U);
  testing::ExpectStepsNear(RunSteps(*model), wanted, kLossRelativeTolerance, kNormRelativeTolerance);
  for (const auto& [name, value] : models::AdapterTensors(*model))
    EXPECT_TRUE(Near(name, value, Golden("trained/" + name), kTrainedTolerance));
  ExpectLogits(*model, "trained_logits", kTrainedTolerance);
}

TEST_P(Lora, WhatIsSavedLoadsBitwise) {
  const auto model = LoadAdapted();
  const testing::TemporaryDirectory directory;
  models::SaveAdapter(*model, directory.path());
  const auto again = LoadBase();
  models::LoadAdapter(*again, directory.path(), /*trainable=*/false);
  EXPECT_TRUE(at::equal(Logits(*again), Logits(*model)));
  for (const auto& [name, value] : models::AllParameters(*again))
    EXPECT_FALSE(value.requires_grad()) << name;
}

TEST_P(Lora, MergedWeightsGiveTheSameLogits) {
  const auto model = LoadAdapted();
  models::MergeAdapter(*model);
  EXPECT_TRUE(models::AdapterModules(*model).empty());
  ExpectLogits(*model, "logits", kLogitTolerance);
}

// As peft's merge_and_unload: the same weights change, to the same values; saved, they load as a plain checkpoint.
TEST_P(Lora, MergedAndSavedIsPeftsMergedModel) {
  const models::SafetensorsFile merged(folder_ / "merged.safetensors");
  const auto model = LoadAdapted();
  models::MergeAdapter(*model);
  const testing::TemporaryDirectory directory;
  models::SaveModel(*model, directory.path(), at::kFloat);
  EXPECT_THAT(directory.List(), ::testing::ElementsAre("config.json", "model.safetensors"));
  const auto plain = models::LoadModel(directory.path(), testing::TestDevice()), base = LoadBase();
  std::map<std::string, at::Tensor> before;
  for (const auto& [name, value] : base->Parameters()) before[name] = value;
  size_t changed = 0;
  for (const auto& [name, value] : plain->Parameters()) {
    const models::StoredTensor* entry = merged.Find("merged/" + name);
    EXPECT_EQ(entry == nullptr, at::equal(value, before.at(name))) << name;
    if (entry == nullptr) continue;
    ++changed;
    EXPECT_TRUE(Near(name, value, merged.View(*entry), kMergedTolerance));
  }
  EXPECT_GT(changed, 0U);
  testing::ExpectItemsNear(
      "logits", Logits(*plain), Pack(expected_.at("batch")),
      [&](int64_t i) { return merged.View(*merged.Find("logits/" + std::to_string(i))); }, kLogitTolerance);
}

// Fresh factors, trained and saved here; peft's turn is tests/tools/check_adapters_in_peft.py.
TEST_P(Lora, AdaptersTrainedHereAreLeftForPeft) {
  const auto model = LoadBase();
  const models::LoraConfig config = models::LoraConfigFromPeft(
      ReadJsonFile(folder_ / "adapter" / "adapter_config.json"), "the golden adapter");
  const at::Tensor untouched = Logits(*model);
  models::AttachAdapter(*model, config, /*seed=*/7, expected_.at("base").get<std::string>());
  EXPECT_TRUE(at::equal(Logits(*model), untouched)) << "B starts at zero";
  RunSteps(*model);
  EXPECT_GT(testing::LargestDifference(Logits(*model), untouched), 1e-3);
  const char* outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (outputs == nullptr) return;
  const std::filesystem::path directory = std::filesystem::path(outputs) / GetParam();
  models::SaveAdapter(*model, directory);
  models::SaveTensors(directory / "logits.safetensors", {{"logits", Logits(*model)}}, at::kFloat);
}

INSTANTIATE_TEST_SUITE_P(Families, Lora, ::testing::ValuesIn(kFamilies),
                         [](const auto& family) { return std::string(family.param); });

}  // namespace
}  // namespace plumbline
