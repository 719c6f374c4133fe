// QLoRA against transformers + peft + bitsandbytes: an adapter over weights in 4 bits, quantized here and read from
// bitsandbytes' own checkpoint. See tests/golden/qlora/MANIFEST.json.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <tuple>

#include "harness/base/error.h"
#include "harness/train/optimizer.h"
#include "models/adapt/adapter.h"
#include "models/adapt/quantize.h"
#include "models/safetensors.h"
#include "tests/parity/bart/golden.h"

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

  std::filesystem::path folder_ = std::filesystem::path("tests/golden/qlora") / std::get<0>(GetParam());
  Json expected_ = ReadJsonFile(folder_ / "expected.json");
  models::SafetensorsFile tensors_{folder_ / "expected.safetensors"};
  mutable models::Quantized done_;
};

TEST_P(Qlora, LogitsEqualBitsandbytes) {
  const auto model = Load();
  const at::NoGradGuard no_grad;
  const models::PackedBatch batch = Pack(expected_.at("rows"));
  const at::Tensor found_MV = model->Logits(batch);
  for (int64_t i = 0; i < batch.num_items(); ++i) {
    const models::StoredTensor* entry = tensors_.Find("logits/" + std::to_string(i));
    ASSERT_NE(entry, nullptr);
    const at::Tensor wanted = tensors_.View(*entry);
    EXPECT_TRUE(testing::Near("logits of item " + std::to_string(i),
                              found_MV.narrow(0, batch.target_offsets[static_cast<size_t>(i)], wanted.size(0)),
                              wanted, kLogitTolerance));
  }
}

TEST_P(Qlora, TwentyStepsEqualPeftOverBitsandbytes) {
  const auto model = Load();
  models::LoadAdapter(*model, folder_ / "adapter", /*trainable=*/true);
  model->SetGradientCheckpointing(true);
  const Json& training = expected_.at("training");
  const auto accumulation = training.at("accumulation").get<size_t>();
  const auto batch_size = training.at("batch").get<size_t>();
  train::AdamW optimizer(models::AllParameters(*model),
                         {.weight_decay = training.at("weight_decay").get<double>()});
  const Json& rows = expected_.at("rows");
  ASSERT_EQ(expected_.at("losses").size(), 20U);
  double worst = 0;
  for (size_t step = 0; step < 20; ++step) {
    std::vector<models::PackedBatch> window;
    int64_t tokens = 0;
    for (size_t i = 0; i < accumulation; ++i) {
      Json items = Json::array();
      for (size_t k = 0; k < batch_size; ++k)
        items.push_back(rows.at((step + i * batch_size + k) % rows.size()));
      window.push_back(Pack(items));
      tokens += window.back().labels_M.ne(models::kIgnoredLabel).sum().item<int64_t>();
    }
    double loss = 0;
    for (const models::PackedBatch& batch : window) {
      const at::Tensor part = model->Loss(batch, 0.0, /*training=*/true).loss / tokens;
      part.backward();
      loss += part.item<double>();
    }
    const double norm = optimizer.GradientNorm();
    optimizer.Step(training.at("learning_rate").get<double>(), norm, training.at("clip").get<double>());
    optimizer.ZeroGradients();
    const double wanted = expected_.at("losses").at(step).get<double>();
    EXPECT_NEAR(loss / wanted, 1, kLossRelativeTolerance) << "step " << step;
    EXPECT_NEAR(norm / expected_.at("norms").at(step).get<double>(), 1, kNormRelativeTolerance) << "step " << step;
    worst = std::max(worst, std::abs(loss / wanted - 1));
  }
  std::printf("[   worst  ] relative loss difference over the steps %.3g\n", worst);
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
