// Checkpoint directories in and out: what is accepted, and the one error each broken one gets.
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/file.h"
#include "models/safetensors.h"
#include "tests/parity/bart/golden.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

constexpr const char* kGolden = "tests/golden/bart/single";

// A copy of a golden checkpoint whose tensors and config a test changes before writing it.
class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() {
    const CheckpointTensors stored(kGolden);
    for (const std::string& name : stored.Names()) tensors_.push_back({name, stored.View(name)});
  }

  at::Tensor& Tensor(const std::string& name) {
    const auto found = std::find_if(tensors_.begin(), tensors_.end(),
                                    [&](const auto& t) { return t.name == name; });
    PLUMBLINE_CHECK(found != tensors_.end());
    return found->value;
  }

  void Remove(const std::string& name) {
    std::erase_if(tensors_, [&](const NamedTensor& tensor) { return tensor.name == name; });
  }

  void Write(at::ScalarType type = at::kFloat) {
    SaveTensors(directory_ / "model.safetensors", tensors_, type);
    WriteJsonFile(directory_ / "config.json", config_);
  }

  std::unique_ptr<Model> Load() { return LoadModel(directory_.path(), at::kCPU); }

  void ExpectRefused(const std::string& message_part) {
    Write();
    EXPECT_ERROR(Load(), ErrorKind::kModel, message_part);
  }

  // The checkpoint loads and holds the golden weights.
  void ExpectGolden() {
    Write();
    const auto golden = LoadModel(kGolden, at::kCPU)->Parameters();
    const auto loaded = Load()->Parameters();
    ASSERT_EQ(loaded.size(), golden.size());
    for (size_t i = 0; i < golden.size(); ++i)
      EXPECT_TRUE(at::equal(loaded[i].value, golden[i].value));
  }

  testing::TemporaryDirectory directory_;
  std::vector<NamedTensor> tensors_;
  Json config_ = ReadJsonFile(std::string(kGolden) + "/config.json");
};

constexpr const char* kShared = "model.shared.weight";
constexpr const char* kNorm = "model.encoder.layers.0.final_layer_norm.bias";

TEST_F(Checkpoint, SavedAgainIsTransformersFileByteForByte) {
  for (const char* shape : testing::kBartShapes) {
    const testing::BartGolden golden(shape);
    SaveModel(*golden.Load(), directory_ / shape, at::kFloat);
    EXPECT_EQ(ReadFile(directory_ / shape / "model.safetensors"),
              ReadFile(golden.directory / "model.safetensors"));
    EXPECT_EQ(ReadJsonFile(directory_ / shape / "config.json"),
              ReadJsonFile(golden.directory / "config.json"));
  }
}

TEST_F(Checkpoint, HalfPrecisionRoundTripIsBitwise) {
  for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
    SaveModel(*LoadModel(kGolden, at::kCPU), directory_ / "once", type);
    SaveModel(*LoadModel(directory_ / "once", at::kCPU), directory_ / "twice", type);
    EXPECT_EQ(ReadFile(directory_ / "once/model.safetensors"),
              ReadFile(directory_ / "twice/model.safetensors"));
    EXPECT_EQ(LoadModel(directory_ / "once", at::kCPU)->Parameters()[0].value.scalar_type(),
              at::kFloat);
  }
}

TEST_F(Checkpoint, EqualAliasesAreAccepted) {
  for (const char* alias : {"lm_head.weight", "model.encoder.embed_tokens.weight",
                            "model.decoder.embed_tokens.weight"}) {
    tensors_.push_back({alias, Tensor(kShared)});
  }
  ExpectGolden();
}

TEST_F(Checkpoint, AnAliasAloneIsAccepted) {
  tensors_.push_back({"lm_head.weight", Tensor(kShared)});
  Remove(kShared);
  ExpectGolden();
}

TEST_F(Checkpoint, DisagreeingAliasesAreRefused) {
  tensors_.push_back({"lm_head.weight", Tensor(kShared) + 1});
  ExpectRefused("different values in 'model.shared.weight' and 'lm_head.weight'");
}

TEST_F(Checkpoint, HeadlessNamesAreAccepted) {
  Remove("final_logits_bias");
  for (NamedTensor& tensor : tensors_)
    tensor.name = tensor.name.substr(std::string("model.").size());
  ExpectGolden();
}

TEST_F(Checkpoint, VersionTensorsOfOldFilesAreIgnored) {
  tensors_.push_back({"model.encoder.version", at::full({1}, 3.0)});
  ExpectGolden();
}

TEST_F(Checkpoint, MissingTensorIsNamed) {
  Remove(kNorm);
  ExpectRefused(std::string("missing tensors: 1 ('") + kNorm + "')");
}

TEST_F(Checkpoint, UnknownTensorIsNamed) {
  tensors_.push_back({"model.encoder.layers.1.fc1.bias", at::zeros({32})});
  ExpectRefused("unknown tensors: 1 ('model.encoder.layers.1.fc1.bias')");
}

TEST_F(Checkpoint, WrongShapeIsNamedWithBothShapes) {
  Tensor(kNorm) = at::zeros({17});
  ExpectRefused(std::string("tensor '") + kNorm + "': found shape [17], wanted [16]");
}

TEST_F(Checkpoint, IntegerWeightsAreRefused) {
  Write(at::kChar);
  EXPECT_ERROR(Load(), ErrorKind::kModel, "found dtype I8, wanted F32, BF16, F16 or F64");
}

TEST_F(Checkpoint, TruncatedWeightsAreRefused) {
  Write();
  const std::string whole = ReadFile(directory_ / "model.safetensors");
  WriteFileAtomic(directory_ / "model.safetensors",
                  std::string_view(whole).substr(0, whole.size() - 1));
  EXPECT_ERROR(Load(), ErrorKind::kModel, "the file is truncated");
}

TEST_F(Checkpoint, UnknownModelTypeListsTheKnownOnes) {
  config_["model_type"] = "bert";
  ExpectRefused("found model_type \"bert\", wanted one of bart");
  config_.erase("model_type");
  ExpectRefused("found no model_type, wanted one of bart");
}

TEST_F(Checkpoint, SettingsOfOtherNetworksAreRefused) {
  config_["normalize_before"] = true;
  ExpectRefused("'normalize_before' = true");
  config_.erase("normalize_before");
  config_["activation_function"] = "mish";
  ExpectRefused("'activation_function' = \"mish\"");
  config_["activation_function"] = "gelu";
  config_["encoder_attention_heads"] = 3;
  ExpectRefused("found 3 heads for d_model 16");
}

TEST_F(Checkpoint, MissingFilesAreNamed) {
  EXPECT_ERROR(Load(), ErrorKind::kModel, "config.json");
  WriteJsonFile(directory_ / "config.json", config_);
  EXPECT_ERROR(Load(), ErrorKind::kModel, "found no model.safetensors");
}

TEST_F(Checkpoint, ViewsOutliveTheFileObject) {
  Write();
  at::Tensor view;
  {
    const SafetensorsFile file(directory_ / "model.safetensors");
    view = file.View(*file.Find(kShared));
    EXPECT_EQ(file.View(*file.Find(kShared)).data_ptr(), view.data_ptr());
  }
  EXPECT_TRUE(at::equal(view, Tensor(kShared)));
}

TEST_F(Checkpoint, FreshWeightsFollowSeedAndDeviation) {
  const auto model = InitializeModel(config_, 5, at::kCPU);
  EXPECT_TRUE(at::equal(model->Parameters()[0].value,
                        InitializeModel(config_, 5, at::kCPU)->Parameters()[0].value));
  EXPECT_FALSE(at::equal(model->Parameters()[0].value,
                         InitializeModel(config_, 6, at::kCPU)->Parameters()[0].value));
  for (const auto& [name, value] : model->Parameters()) {
    EXPECT_TRUE(value.requires_grad());
    const bool is_norm = name.ends_with("norm.weight") || name.ends_with("embedding.weight");
    if (is_norm || name.ends_with("bias")) {
      EXPECT_TRUE(at::equal(value, at::full_like(value, is_norm ? 1 : 0))) << name;
    }
  }
  const at::Tensor shared = model->Parameters()[0].value.detach();
  EXPECT_EQ(shared[3].abs().max().item<float>(), 0);  // pad_token_id
  EXPECT_NEAR(shared.std().item<double>(), 0.02, 0.001);
  EXPECT_NEAR(shared.mean().item<double>(), 0, 0.002);
}

}  // namespace
}  // namespace plumbline::models
