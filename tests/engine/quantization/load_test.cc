// Models from checkpoints that bitsandbytes quantized: the logits are those of transformers.
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/base/json.h"
#include "models/model.h"
#include "models/safetensors.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

constexpr double kTolerance = 1e-5;

at::Tensor Ids(const Json& json) {
  return at::tensor(json.get<std::vector<int64_t>>(), at::kLong);
}

PackedBatch RowOf(const Json& row) {
  PackedBatch batch;
  batch.source_ids_N = Ids(row.at("input_ids"));
  batch.source_offsets = {0};
  if (batch.source_ids_N.numel() > 0) batch.source_offsets.push_back(batch.source_ids_N.numel());
  batch.decoder_input_ids_M = Ids(row.at("decoder_input_ids"));
  batch.labels_M = Ids(row.at("labels"));
  batch.target_offsets = {0, batch.decoder_input_ids_M.numel()};
  return batch;
}

class Quantized : public ::testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path directory_ = std::filesystem::path("tests/golden/qlora") / GetParam();
};

TEST_P(Quantized, LogitsAreThoseOfTransformers) {
  at::set_num_threads(1);
  const auto model = LoadModel(directory_ / "quantized", at::kCPU);
  const auto base = LoadModel(directory_ / "base", at::kCPU);
  const SafetensorsFile expected(directory_ / "expected.safetensors");
  const Json rows = ReadJsonFile(directory_ / "expected.json").at("rows");
  for (size_t i = 0; i < rows.size(); ++i) {
    const at::Tensor wanted = expected.View(*expected.Find("logits/" + std::to_string(i)));
    const auto distance = [&](Model& one) {
      return (one.Logits(RowOf(rows[i])) - wanted).abs().max().item<double>();
    };
    EXPECT_LT(distance(*model), kTolerance) << "row " << i;
    EXPECT_GT(distance(*base), 100 * kTolerance) << "row " << i;  // the quantization shows
  }
}

// What is saved is in fp32 and says so.
TEST_P(Quantized, ASavedCopyIsAPlainCheckpoint) {
  const auto model = LoadModel(directory_ / "quantized", at::kCPU);
  const testing::TemporaryDirectory copy;
  SaveModel(*model, copy.path(), at::kFloat);
  EXPECT_FALSE(ReadJsonFile(copy / "config.json").contains("quantization_config"));
  const auto again = LoadModel(copy.path(), at::kCPU);
  const auto wanted = model->Parameters(), found = again->Parameters();
  ASSERT_EQ(found.size(), wanted.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(at::equal(found[i].value, wanted[i].value)) << found[i].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Quantized,
                         ::testing::Values("qwen3_nf4", "llama_fp4", "mt5_nf4"));

}  // namespace
}  // namespace plumbline::models
