// Which 4-bit form a model takes: that of the settings, or that of its checkpoint.
#include "harness/run/quantization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "models/named_linear.h"
#include "tests/engine/run/settings.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::run {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kAsked = "quantization.load_in_4bit=true";
constexpr const char* kHalf = "quantization.bnb_4bit_compute_dtype=float16";

class QuantizationTest : public ::testing::TestWithParam<const char*> {
 protected:
  // bitsandbytes' checkpoint, saying that it computes in `dtype`.
  std::filesystem::path StoredWith(const Json& dtype) {
    using enum std::filesystem::copy_options;
    std::filesystem::copy(golden_ / "quantized", directory_.path(), recursive | overwrite_existing);
    Json config = ReadJsonFile(directory_ / "config.json");
    config["quantization_config"]["bnb_4bit_compute_dtype"] = dtype;
    WriteFileAtomic(directory_ / "config.json", config.dump());
    return directory_.path();
  }

  // What is said; settings are key=value.
  std::string Quantize(const std::filesystem::path& model, const std::vector<std::string>& settings) {
    model_ = models::LoadModel(model, at::kCPU);
    return QuantizeAsConfigured(ResolvedWith(model, settings), model, *model_);
  }

  // Of every map in 4 bits; undefined when there is none.
  at::ScalarType ComputeType() const {
    at::ScalarType type = at::ScalarType::Undefined;
    for (const models::NamedLinear& map : model_->Linears()) {
      if (!map.linear.is_four_bit()) continue;
      EXPECT_TRUE(type == at::ScalarType::Undefined || type == map.linear.slot->compute_type);
      type = map.linear.slot->compute_type;
    }
    return type;
  }

  const std::filesystem::path golden_ = std::filesystem::path("tests/golden/qlora") / GetParam();
  testing::TemporaryDirectory directory_;
  std::unique_ptr<models::Model> model_;
};

TEST_P(QuantizationTest, AStoredCheckpointComputesAsItSays) {
  EXPECT_THAT(Quantize(StoredWith("bfloat16"), {}),
              EndsWith(", products in bfloat16, as the checkpoint holds them"));
  EXPECT_EQ(ComputeType(), at::kBFloat16);
  EXPECT_THAT(Quantize(StoredWith("bfloat16"), {kAsked}), HasSubstr("as the checkpoint holds them"));
  EXPECT_EQ(ComputeType(), at::kBFloat16);  // the key's own default is not a choice
}

// BitsAndBytesConfig makes float32 of null.
TEST_P(QuantizationTest, AStoredCheckpointThatNamesNoTypeComputesInFloat32) {
  EXPECT_THAT(Quantize(StoredWith(nullptr), {}), HasSubstr(", products in float32, "));
  EXPECT_EQ(ComputeType(), at::kFloat);
}

TEST_P(QuantizationTest, AChosenTypeBeatsTheCheckpoints) {
  Quantize(StoredWith("bfloat16"), {kAsked, kHalf});
  EXPECT_EQ(ComputeType(), at::kHalf);
}

TEST_P(QuantizationTest, WholeWeightsTakeTheSettings) {
  EXPECT_THAT(Quantize(golden_ / "base", {}), IsEmpty());
  EXPECT_EQ(ComputeType(), at::ScalarType::Undefined);
  EXPECT_THAT(Quantize(golden_ / "base", {kAsked}), EndsWith(", products in float32"));
  EXPECT_EQ(ComputeType(), at::kFloat);
  Quantize(golden_ / "base", {kAsked, kHalf});
  EXPECT_EQ(ComputeType(), at::kHalf);
}

TEST_P(QuantizationTest, ATypeThatIsNoneIsOneError) {
  EXPECT_ERROR(Quantize(StoredWith("int3"), {}), ErrorKind::kModel,
               R"(config.json': found bnb_4bit_compute_dtype "int3")");
  EXPECT_ERROR(Quantize(StoredWith(16), {kAsked}), ErrorKind::kModel, "bnb_4bit_compute_dtype 16");
}

INSTANTIATE_TEST_SUITE_P(Shapes, QuantizationTest, ::testing::Values("llama_fp4", "mt5_nf4"));

}  // namespace
}  // namespace plumbline::run
