// Adapters on models: what is counted, frozen, drawn, refused and written.
#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/config/preset.h"
#include "harness/train/operator_counter.h"
#include "models/adapt/adapter.h"
#include "models/named_linear.h"
#include "models/safetensors.h"
#include "tests/engine/train/tiny.h"
#include "tests/parity/bart/golden.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

using ::plumbline::testing::TemporaryDirectory;
using ::plumbline::testing::TinyBart;

LoraConfig ConfigOf(const Json& target_modules, int64_t r = 2) {
  LoraConfig config;
  config.r = r;
  config.target_modules = target_modules;
  return config;
}

int64_t NumTrainable(const Model& model) {
  int64_t count = 0;
  for (const NamedTensor& parameter : AllParameters(model))
    if (parameter.value.requires_grad()) count += parameter.value.numel();
  return count;
}

PackedBatch OneBatch() {
  PackedBatch batch;
  batch.source_ids_N = at::tensor({4, 5, 6, 1, 7, 1}, at::kLong);
  batch.source_offsets = {0, 4, 6};
  batch.decoder_input_ids_M = at::tensor({2, 5, 2, 6, 7}, at::kLong);
  batch.labels_M = at::tensor({5, 1, 6, 7, 1}, at::kLong);
  batch.target_offsets = {0, 2, 5};
  return batch;
}

// The experiment reports print these: r 16 on the seven maps of each layer.
TEST(Adapter, FullSizePresetsTrainWhatTheReportsPrint) {
  const Json seven = Json::array(
      {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"});
  for (const auto& [preset, wanted] : std::vector<std::pair<std::string, int64_t>>{
           {"llama-3.2-korean-3b", 24'313'856}, {"qwen3-4b", 33'030'144}}) {
    const auto model =
        ShapeOf(ReadJsonFile(config::ShapeOfPreset(config::FindPreset(preset, {}, "test"))));
    AttachAdapter(*model, ConfigOf(seven, 16), 42, "");
    EXPECT_EQ(NumTrainable(*model), wanted) << preset;
  }
}

// mT5-base, r 16 on q and v: 36 attention blocks x 2 x 16 x (768 + 768).
TEST(Adapter, DefaultTargetsOfMt5Count) {
  const auto model =
      ShapeOf(ReadJsonFile(config::ShapeOfPreset(config::FindPreset("mt5-xlsum", {}, "test"))));
  AttachAdapter(*model, ConfigOf(nullptr, 16), 42, "");
  EXPECT_EQ(NumTrainable(*model), 36 * 2 * 16 * (768 + 768));
}

TEST(Adapter, FreshFactorsAreBoundedSeededAndB0) {
  const auto model = TinyBart(0), same = TinyBart(0), other = TinyBart(0);
  AttachAdapter(*model, ConfigOf("all-linear"), 1, "");
  AttachAdapter(*same, ConfigOf("all-linear"), 1, "");
  AttachAdapter(*other, ConfigOf("all-linear"), 2, "");
  const auto tensors = AdapterTensors(*model), again = AdapterTensors(*same),
             different = AdapterTensors(*other);
  ASSERT_EQ(tensors.size(), again.size());
  double largest_share = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, value] = tensors[i];
    EXPECT_TRUE(at::equal(value, again[i].value)) << name;
    if (name.ends_with("lora_B.weight")) {
      EXPECT_EQ(value.abs().max().item<double>(), 0) << name;
      continue;
    }
    EXPECT_FALSE(at::equal(value, different[i].value)) << name;
    const double bound = 1 / std::sqrt(static_cast<double>(value.size(1)));
    largest_share = std::max(largest_share, value.abs().max().item<double>() / bound);
  }
  EXPECT_LE(largest_share, 1);
  EXPECT_GT(largest_share, 0.98);  // uniform up to the bound
}

int64_t NumProducts(Model& model) {
  train::OperatorCounter counter;
  model.Loss(OneBatch(), 0.0, true).loss.backward();
  int64_t products = 0;
  const auto counts = counter.counts();
  for (const char* name : {"aten::mm", "aten::addmm", "aten::addmm_", "plumbline::mm"}) {
    const auto found = counts.calls.find(name);
    if (found != counts.calls.end()) products += found->second;
  }
  return products;
}

// One map of the last decoder layer: the backward pass has the loss's product towards the hidden
// states, none of the maps below, none for frozen weights.
TEST(Adapter, FrozenWeightsAndLayersBelowGetNoGradientProduct) {
  const auto untrained = TinyBart(0);
  for (const NamedTensor& parameter : untrained->Parameters())
    parameter.value.set_requires_grad(false);
  int64_t forward = 0;
  {
    train::OperatorCounter counter;
    untrained->Loss(OneBatch(), 0.0, true);
    const auto counts = counter.counts();
    for (const char* name : {"aten::mm", "aten::addmm", "plumbline::mm"})
      if (counts.calls.contains(name)) forward += counts.calls.at(name);
  }
  const auto last = TinyBart(0);
  AttachAdapter(*last, ConfigOf(Json::array({"model.decoder.layers.1.fc2"})), 1, "");
  // Forward: its two factors. Backward: the loss's, then B's and A's gradients and what A needs.
  EXPECT_EQ(NumProducts(*last), forward + 2 + 1 + 3);
  const auto whole = TinyBart(0);
  EXPECT_GT(NumProducts(*whole), forward + 2 * 20);
}

TEST(Adapter, DropoutIsDrawnFromTheSeedInTrainingAlone) {
  const auto model = TinyBart(0);
  LoraConfig config = ConfigOf("all-linear");
  config.dropout = 0.5;
  AttachAdapter(*model, config, 1, "");
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : AdapterTensors(*model))
    if (tensor.name.ends_with("lora_B.weight")) tensor.value.fill_(0.3);
  const auto loss = [&](int64_t seed, bool training) {
    at::manual_seed(static_cast<uint64_t>(seed));
    return model->Loss(OneBatch(), 0.0, training).loss.item<double>();
  };
  EXPECT_EQ(loss(1, true), loss(1, true));
  EXPECT_NE(loss(1, true), loss(2, true));
  EXPECT_EQ(loss(1, false), loss(2, false));
  EXPECT_NE(loss(1, true), loss(1, false));
}

// d loss / d B of one map by finite differences with a fixed mask.
TEST(Adapter, GradientsUnderDropoutAreThoseOfTheDrawnMask) {
  const auto model = TinyBart(0);
  LoraConfig config = ConfigOf(Json::array({"k_proj", "v_proj", "fc1"}));
  config.dropout = 0.4;
  AttachAdapter(*model, config, 1, "");
  {
    const at::NoGradGuard no_grad;
    for (const NamedTensor& tensor : AdapterTensors(*model))
      if (tensor.name.ends_with("lora_B.weight")) tensor.value.fill_(0.3);
  }
  const auto loss = [&] {
    at::manual_seed(5);
    return model->Loss(OneBatch(), 0.0, true).loss;
  };
  loss().backward();
  const at::NoGradGuard no_grad;
  int64_t checked = 0;
  for (const NamedTensor& tensor : AdapterTensors(*model)) {
    if (!tensor.name.starts_with("model.encoder.layers.0.")) continue;
    at::Tensor value = tensor.value.flatten()[1];
    const double kept = value.item<double>();
    constexpr double kStep = 1e-2;
    value.fill_(kept + kStep);
    const double above = loss().item<double>();
    value.fill_(kept - kStep);
    const double below = loss().item<double>();
    value.fill_(kept);
    const double slope = (above - below) / (2 * kStep);
    EXPECT_NEAR(tensor.value.grad().flatten()[1].item<double>(), slope, 2e-3) << tensor.name;
    ++checked;
  }
  EXPECT_EQ(checked, 6);
}

TEST(Adapter, ASecondAdapterIsRefused) {
  const auto model = TinyBart(0);
  AttachAdapter(*model, ConfigOf(nullptr), 1, "");
  EXPECT_ERROR(AttachAdapter(*model, ConfigOf(nullptr), 1, ""), ErrorKind::kUsage, "one already");
}

TEST(Adapter, MergingNeedsAnAdapterAndWholeWeights) {
  const auto model = TinyBart(0);
  EXPECT_ERROR(MergeAdapter(*model), ErrorKind::kUsage, "a model without one");
  Json config = model->config();
  config["quantization_config"] = {{"load_in_4bit", true}};
  const auto quantized = InitializeModel(config, 1, at::kCPU);
  AttachAdapter(*quantized, ConfigOf(nullptr), 1, "");
  EXPECT_ERROR(MergeAdapter(*quantized), ErrorKind::kUsage, "quantized in 4 bits");
}

TEST(Adapter, AMergedModelIsSavedAndAnAdaptedOneIsNot) {
  const auto model = TinyBart(0);
  AttachAdapter(*model, ConfigOf(nullptr), 1, "");
  const TemporaryDirectory directory;
  EXPECT_THROW(SaveModel(*model, directory.path(), at::kFloat), Error);
  MergeAdapter(*model);
  SaveModel(*model, directory.path(), at::kFloat);
  EXPECT_THAT(directory.List(), ::testing::ElementsAre("config.json", "model.safetensors"));
}

TEST(Adapter, FilesThatDoNotFitAreRefusedByTensor) {
  const auto model = TinyBart(0);
  AttachAdapter(*model, ConfigOf(Json::array({"fc1"})), 1, "");
  const TemporaryDirectory directory;
  SaveAdapter(*model, directory.path());
  std::vector<NamedTensor> tensors = AdapterTensors(*model);
  for (NamedTensor& tensor : tensors) tensor.name = "base_model.model." + tensor.name;
  const auto expect_refused = [&](const std::vector<NamedTensor>& stored, const char* what) {
    SaveTensors(directory / "adapter_model.safetensors", stored, at::kFloat);
    EXPECT_ERROR(LoadAdapter(*TinyBart(0), directory.path(), false), ErrorKind::kModel, what);
  };
  auto fewer = tensors, more = tensors, wrong = tensors;
  fewer.pop_back();
  more.push_back({"base_model.model.model.decoder.layers.9.fc1.lora_A.weight", at::zeros({2, 8})});
  wrong[0].value = at::zeros({3, 8});
  expect_refused(fewer, "no 'base_model.model.model.decoder.layers.1.fc1.lora_B.weight'");
  expect_refused(more, "the unknown 'base_model.model.model.decoder.layers.9.fc1");
  expect_refused(wrong, "of shape [3,8], not [2,8]");
}

TEST(Adapter, HalfWeightsTakeAnFp32Adapter) {
  const std::filesystem::path golden = "tests/golden/bart/uneven";
  const auto whole = LoadModel(golden, at::kCPU);
  const auto half = LoadModel(golden, at::kCPU, at::kBFloat16);
  LoadAdapter(*whole, "tests/golden/lora/bart/adapter", false);
  LoadAdapter(*half, "tests/golden/lora/bart/adapter", false);
  PackedBatch batch = testing::PackItems(
      ReadJsonFile("tests/golden/lora/bart/expected.json").at("batch"));
  const at::NoGradGuard no_grad;
  const at::Tensor wanted = whole->Logits(batch), found = half->Logits(batch);
  // bf16 keeps 8 bits; the adapter's own effect is far larger.
  EXPECT_LT(testing::LargestDifference(found, wanted), 0.05 * wanted.abs().max().item<double>());
}

}  // namespace
}  // namespace plumbline::models
