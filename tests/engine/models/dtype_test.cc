// The type in which weights are held: asked for, or the file's own.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "models/safetensors.h"
#include "tests/parity/bart/golden.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

constexpr const char* kGolden = "tests/golden/bart/single";

class WeightTypes : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  void SetUp() override {
    const CheckpointTensors golden(kGolden);
    std::vector<NamedTensor> tensors;
    for (const std::string& name : golden.Names()) tensors.push_back({name, golden.View(name)});
    SaveTensors(directory_ / "model.safetensors", tensors, GetParam());
    std::filesystem::copy(std::filesystem::path(kGolden) / "config.json",
                          directory_ / "config.json");
  }

  testing::TemporaryDirectory directory_;
};

TEST_P(WeightTypes, StoredInAnyTypeLoadIntoEveryType) {
  const auto golden = LoadModel(kGolden, at::kCPU)->Parameters();
  for (const at::ScalarType held : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const auto loaded = LoadModel(directory_.path(), at::kCPU, held)->Parameters();
    ASSERT_EQ(loaded.size(), golden.size());
    for (size_t i = 0; i < golden.size(); ++i) {
      EXPECT_EQ(loaded[i].value.scalar_type(), held);
      EXPECT_TRUE(at::equal(loaded[i].value, golden[i].value.to(GetParam()).to(held)))
          << golden[i].name;
    }
  }
}

TEST_P(WeightTypes, AutoIsTheTypeOfTheFile) {
  const at::ScalarType wanted = GetParam() == at::kDouble ? at::kFloat : GetParam();
  EXPECT_EQ(WeightType("auto", directory_.path()), wanted);
  EXPECT_EQ(WeightType("float32", directory_.path()), at::kFloat);
  EXPECT_EQ(WeightType("bfloat16", directory_.path()), at::kBFloat16);
}

INSTANTIATE_TEST_SUITE_P(Stored, WeightTypes,
                         ::testing::Values(at::kFloat, at::kBFloat16, at::kHalf, at::kDouble),
                         [](const auto& type) { return std::string(at::toString(type.param)); });

TEST(WeightType, AnUnknownNameListsTheKnownOnes) {
  EXPECT_ERROR(WeightType("int8", kGolden), ErrorKind::kUsage,
               "'int8', wanted auto, float32, bfloat16 or float16");
}

// Half weights decode, and their logits are those of fp32 to the precision of the type.
TEST(HalfWeights, BartDecodesAsItsWholeSequencePassSays) {
  const c10::InferenceMode inference;
  const auto exact = LoadModel(kGolden, at::kCPU);
  const std::vector<int64_t> source = {5, 9, 17, 30, 4};
  for (const at::ScalarType held : {at::kBFloat16, at::kHalf}) {
    const auto model = LoadModel(kGolden, at::kCPU, held);
    const auto decoder = model->StartDecoding({source}, 1, 4);
    const auto wanted = exact->StartDecoding({source}, 1, 4);
    for (const int64_t token : {1, 7, 40, 12}) {
      const at::Tensor logits = decoder->Step({token}, {0}), fp32 = wanted->Step({token}, {0});
      EXPECT_EQ(logits.scalar_type(), at::kFloat);
      const double scale = fp32.abs().max().item<double>();
      const double tolerance = held == at::kHalf ? 0.01 : 0.05;  // 11 and 8 bits of mantissa
      EXPECT_TRUE(testing::Near("logits", logits, fp32, tolerance * scale));
      EXPECT_FALSE(at::equal(logits, fp32));
    }
  }
}

}  // namespace
}  // namespace plumbline::models
