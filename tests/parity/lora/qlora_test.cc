// QLoRA against transformers + peft + bitsandbytes: an adapter over weights in 4 bits, quantized here and read from
// bitsandbytes' own checkpoint. See tests/golden/qlora/MANIFEST.json.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <tuple>

#include "harness/base/error.h"
#include "harness/train/optimizer.h"
#include "models/adapt/adapter.h"
#include "models/adapt/quantize.h"
#include "models/safetensors.h"
#include "tests/parity/bart/golden.h"
#include "tests/parity/ladder/rungs.h"

namespace plumbline {
namespace {

constexpr double kLogitTolerance = 1e-5;
constexpr double kLossRelativeTolerance = 1e-4;
constexpr double kNormRelativeTolerance = 1e-3;

enum class From { kBase, kQuantized };

class Qlora : public ::testing::TestWithParam<std::tuple<const char*, From>> {
 protected:
  std::unique_ptr<models::Model> Load() const {
    const bool is_base = std::get<From>(GetParam()) == From::kBase;
    const std::filesystem::path folder = folder_ / (is_base ? "base" : "quantized");
    std::unique_ptr<models::Model> model = models::LoadModel(folder, testing::TestDevice());
    const Json& quantization = expected_.at("quantization");
    done_ = models::QuantizeLinears(*model, folder,
                                    {.quant_type = quantization.at("bnb_4bit_quant_type").get<std::string>(),
                                     .use_double_quant = quantization.value("bnb_4bit_use_double_quant", false)});
    return model;
  }

  models::PackedBatch Pack(const Json& rows) const {
    models::PackedBatch batch = testing::PackItems(rows);
    if (!folder_.filename().string().starts_with("mt5")) batch.source_offsets = {0};
    return batch;
  }

  // The micro-batches of one step: rows in turn, each step one row on.
  std::vector<models::PackedBatch> Window(size_t step) const {
    const auto accumulation = expected_.at("training").at("accumulation").get<size_t>();
    const auto batch_size = expected_.at("training").at("batch").get<size_t>();
    const Json& rows = expected_.at("rows");
    std::vector<models::PackedBatch> window;
    for (size_t i = 0; i < accumulation; ++i) {
      Json items = Json::array();
      for (size_t k = 0; k < batch_size; ++k) items.push_back(rows.at((step + i * batch_size + k) % rows.size()));
      window.push_back(Pack(items));
    }
    return window;
  }

  std::filesystem::path folder_ = std::filesystem::path("tests/golden/qlora") / std::get<0>(GetParam());
  Json expected_ = ReadJsonFile(folder_ / "expected.json");
  models::SafetensorsFile tensors_{folder_ / "expected.safetensors"};
  mutable models::Quantized done_;
};

TEST_P(Qlora, LogitsEqualBitsandbytes) {
  const auto model = Load();
  const at::NoGradGuard no_grad;
  const models::PackedBatch batch = Pack(expected_.at("rows"));
  for (int64_t i = 0; i < batch.num_items(); ++i)
    ASSERT_NE(tensors_.Find("logits/" + std::to_string(i)), nullptr);
  testing::ExpectItemsNear(
      "logits", model->Logits(batch), batch,
      [&](int64_t i) { return tensors_.View(*tensors_.Find("logits/" + std::to_string(i))); }, kLogitTolerance);
}

TEST_P(Qlora, TwentyStepsEqualPeftOverBitsandbytes) {
  const auto model = Load();
  models::LoadAdapter(*model, folder_ / "adapter", /*trainable=*/true);
  model->SetGradientCheckpointing(true);
  const Json& training = expected_.at("training");
  train::AdamW optimizer(models::AllParameters(*model),
                         {.weight_decay = training.at("weight_decay").get<double>()});
  const Json &losses = expected_.at("losses"), &norms = expected_.at("norms");
  ASSERT_EQ(losses.size(), 20U);
  std::vector<testing::StepResult> found, wanted;
  for (size_t step = 0; step < 20; ++step) {
    found.push_back(testing::RunStep(*model, optimizer, Window(step), training.at("learning_rate").get<double>(),
                                     training.at("clip").get<double>()));
    wanted.push_back({losses.at(step).get<double>(), norms.at(step).get<double>(), std::nullopt});
  }
  testing::ExpectStepsNear(found, wanted, kLossRelativeTolerance, kNormRelativeTolerance);
}

// Half a byte an element and a scale a block of 64: fp32 scales make 0.1407 of fp32, double quantization 0.129 and one
// map of 1 kB a weight, which at this size is not small.
TEST_P(Qlora, TheSizeOfWhatIsLeftIsSaid) {
  const auto model = Load();
  EXPECT_GT(done_.modules, 0);
  EXPECT_LE(static_cast<double>(done_.resident_bytes),
            0.15 * 4 * static_cast<double>(done_.elements) + 1100.0 * static_cast<double>(done_.modules));
  EXPECT_EQ(models::FourBitCodes(*model).size(), static_cast<size_t>(done_.modules));
  for (const models::NamedTensor& parameter : model->Parameters()) EXPECT_FALSE(parameter.value.requires_grad());
}

TEST_P(Qlora, MergingIsRefused) {
  const auto model = Load();
  models::LoadAdapter(*model, folder_ / "adapter", /*trainable=*/false);
  EXPECT_THROW(models::MergeAdapter(*model), Error);
}

INSTANTIATE_TEST_SUITE_P(Goldens, Qlora,
                         ::testing::Combine(::testing::Values("qwen3_nf4", "llama_fp4", "mt5_nf4"),
                                            ::testing::Values(From::kBase, From::kQuantized)),
                         [](const auto& one) {
                           return std::string(std::get<0>(one.param)) +
                                  (std::get<1>(one.param) == From::kBase ? "_base" : "_quantized");
                         });

}  // namespace
}  // namespace plumbline
