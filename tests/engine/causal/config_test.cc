// What a decoder-only config.json may say in both dialects, what is refused, and how files may tie
// the head.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "models/causal_config.h"
#include "models/model.h"
#include "models/safetensors.h"
#include "tests/parity/causal/golden.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

CausalDialect Llama() {
  CausalDialect dialect;
  dialect.name = "Llama";
  dialect.derives_sizes = true;
  dialect.has_mlp_bias = true;
  return dialect;
}

CausalDialect Qwen3() {
  CausalDialect dialect;
  dialect.name = "Qwen3";
  dialect.has_sliding_window = true;
  dialect.defaults.has_qk_norm = true;
  return dialect;
}

Json Rope(const char* type) {
  return {{"rope_type", type},       {"rope_theta", 500.0},
          {"factor", 8.0},           {"low_freq_factor", 1.0},
          {"high_freq_factor", 4.0}, {"original_max_position_embeddings", 64}};
}

CausalConfig Read(const Json& config) { return ReadCausalConfig(config, Llama()); }

TEST(CausalConfig, BothDialectsGiveTheSameRope) {
  const CausalConfig fifth = Read({{"rope_parameters", Rope("llama3")}});
  Json scaling = Rope("llama3");
  scaling.erase("rope_theta");
  const CausalConfig fourth = Read({{"rope_theta", 500}, {"rope_scaling", scaling}});
  for (const CausalConfig& read : {fifth, fourth}) {
    EXPECT_EQ(read.rope.scaling, nn::RopeScaling::kLlama3);
    EXPECT_EQ(read.rope.theta, 500);
    EXPECT_EQ(read.rope.factor, 8);
    EXPECT_EQ(read.rope.high_freq_factor, 4);
    EXPECT_EQ(read.rope.original_max_position_embeddings, 64);
  }
  EXPECT_EQ(Read({{"rope_scaling", {{"type", "linear"}, {"factor", 2}}}}).rope.scaling,
            nn::RopeScaling::kLinear);
  EXPECT_EQ(Read({{"rope_scaling", nullptr}, {"rope_theta", 7.5}}).rope.theta, 7.5);
  EXPECT_EQ(Read({}).rope.theta, 10000);
}

TEST(CausalConfig, RopeTypesThatAreNotSupportedAreRefusedByName) {
  for (const char* type : {"dynamic", "yarn", "longrope"}) {
    EXPECT_ERROR(Read({{"rope_parameters", Rope(type)}}), ErrorKind::kModel, type);
    EXPECT_ERROR(Read({{"rope_scaling", {{"type", type}, {"factor", 2.0}}}}), ErrorKind::kModel,
                 type);
  }
  Json incomplete = Rope("llama3");
  incomplete.erase("low_freq_factor");
  EXPECT_ERROR(Read({{"rope_parameters", incomplete}}), ErrorKind::kModel, "low_freq_factor");
  EXPECT_ERROR(Read({{"rope_parameters", {{"full_attention", Rope("default")}}}}),
               ErrorKind::kModel, "one set of values for all layers");
  EXPECT_ERROR(Read({{"partial_rotary_factor", 0.5}}), ErrorKind::kModel, "partial_rotary_factor");
}

TEST(CausalConfig, SizesFollowOrStandAlone) {
  const Json sizes = {{"hidden_size", 24}, {"num_attention_heads", 6}};
  EXPECT_EQ(Read(sizes).head_dim, 4);
  EXPECT_EQ(Read(sizes).num_key_value_heads, 6);
  Json wide = sizes;
  wide["head_dim"] = 10;
  wide["num_key_value_heads"] = 2;
  EXPECT_EQ(Read(wide).query_width(), 60);
  EXPECT_EQ(Read(wide).key_width(), 20);
  Json grouped = sizes;
  grouped["num_key_value_heads"] = 3;
  EXPECT_EQ(ReadCausalConfig(grouped, Qwen3()).head_dim, 128);
  EXPECT_ERROR(ReadCausalConfig(sizes, Qwen3()), ErrorKind::kModel,
               "'num_key_value_heads' = 32");  // its default
  wide["num_key_value_heads"] = 4;
  EXPECT_ERROR(Read(wide), ErrorKind::kModel, "'num_key_value_heads' = 4");
  wide["num_key_value_heads"] = 3;
  wide["head_dim"] = 9;
  EXPECT_ERROR(Read(wide), ErrorKind::kModel, "'head_dim' = 9");
  EXPECT_ERROR(Read({{"hidden_size", 25}, {"num_attention_heads", 6}}), ErrorKind::kModel,
               "num_attention_heads");
}

TEST(CausalConfig, SlidingWindowsInUseAreRefusedByName) {
  const Json layers = {{"num_hidden_layers", 4}};
  const auto read = [&](const Json& more) {
    Json config = layers;
    config.update(more);
    return ReadCausalConfig(config, Qwen3());
  };
  EXPECT_EQ(read({{"sliding_window", 4096}}).num_hidden_layers, 4);  // not in use
  EXPECT_EQ(read({{"use_sliding_window", true}, {"max_window_layers", 4}}).num_hidden_layers, 4);
  EXPECT_EQ(read({{"layer_types", {"full_attention", "full_attention"}}}).num_hidden_layers, 4);
  EXPECT_ERROR(read({{"use_sliding_window", true}, {"max_window_layers", 3}}), ErrorKind::kModel,
               "use_sliding_window");
  EXPECT_ERROR(read({{"layer_types", {"full_attention", "sliding_attention"}}}), ErrorKind::kModel,
               "sliding_attention");
}

TEST(CausalConfig, OtherActivationsAreRefusedByName) {
  EXPECT_ERROR(Read({{"hidden_act", "gelu"}}), ErrorKind::kModel, "'hidden_act' = \"gelu\"");
  EXPECT_EQ(Read({{"hidden_act", "silu"}}).hidden_size, 4096);
}

TEST(CausalConfig, APaddingIdMayCountFromTheEnd) {
  EXPECT_EQ(Read({{"vocab_size", 10}, {"pad_token_id", -1}}).pad_token_id, 9);
  EXPECT_EQ(Read({{"pad_token_id", nullptr}}).pad_token_id, std::nullopt);
  EXPECT_ERROR(Read({{"vocab_size", 10}, {"pad_token_id", 10}}), ErrorKind::kModel, "pad_token_id");
}

// A copy of a golden checkpoint whose tensors were changed.
class Tying : public ::testing::Test {
 protected:
  std::unique_ptr<Model> LoadWith(const std::vector<NamedTensor>& tensors) {
    const std::filesystem::path from = "tests/golden/causal/llama_scaled/config.json";
    std::filesystem::copy_file(from, directory_.path() / "config.json",
                               std::filesystem::copy_options::overwrite_existing);
    SaveTensors(directory_.path() / "model.safetensors", tensors, at::kFloat);
    return LoadModel(directory_.path(), at::kCPU);
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<Model> golden_ =
      testing::CausalGolden("llama_scaled").Load();  // tied by its config
};

TEST_F(Tying, TheHeadAloneStandsInForTheEmbedding) {
  std::vector<NamedTensor> tensors = golden_->Parameters();
  ASSERT_EQ(tensors[0].name, "model.embed_tokens.weight");
  tensors[0].name = "lm_head.weight";
  const auto model = LoadWith(tensors);
  EXPECT_EQ(model->Parameters().size(), tensors.size());
  EXPECT_TRUE(at::equal(model->Parameters()[0].value, tensors[0].value));
}

TEST_F(Tying, AnEqualHeadIsTiedAndADifferentOneIsTheModelsOwn) {
  std::vector<NamedTensor> tensors = golden_->Parameters();
  tensors.push_back({"lm_head.weight", tensors[0].value.detach().clone()});
  EXPECT_EQ(LoadWith(tensors)->Parameters().size(), tensors.size() - 1);
  tensors.back().value[0][0] += 1;
  const auto model = LoadWith(tensors);
  EXPECT_EQ(model->Parameters().size(), tensors.size());
  EXPECT_TRUE(at::equal(model->Parameters().back().value, tensors.back().value));
}

TEST_F(Tying, OldFrequenciesAreIgnoredAndOtherTensorsAreNot) {
  std::vector<NamedTensor> tensors = golden_->Parameters();
  tensors.push_back({"model.layers.1.self_attn.rotary_emb.inv_freq", at::ones({4})});
  EXPECT_NE(LoadWith(tensors), nullptr);
  tensors.back().name = "model.layers.1.self_attn.rotary";
  EXPECT_ERROR(LoadWith(tensors), ErrorKind::kModel, "unknown tensors");
}

TEST(CausalModels, AnUntiedCheckpointWithoutItsHeadIsRefused) {
  const testing::TemporaryDirectory directory;
  const auto golden = testing::CausalGolden("llama_single").Load();
  std::vector<NamedTensor> tensors = golden->Parameters();
  ASSERT_EQ(tensors.back().name, "lm_head.weight");
  tensors.pop_back();
  std::filesystem::copy_file("tests/golden/causal/llama_single/config.json",
                             directory.path() / "config.json");
  SaveTensors(directory.path() / "model.safetensors", tensors, at::kFloat);
  EXPECT_ERROR(LoadModel(directory.path(), at::kCPU), ErrorKind::kModel, "lm_head.weight");
}

TEST(CausalModels, FreshWeightsFollowTheSeedAndTheirKind) {
  const Json config = ReadJsonFile("tests/golden/causal/qwen3_wide/config.json");
  const auto one = InitializeModel(config, 1, at::kCPU),
             same = InitializeModel(config, 1, at::kCPU);
  const auto parameters = one->Parameters(), again = same->Parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto& [name, value] = parameters[i];
    EXPECT_TRUE(at::equal(value, again[i].value)) << name;
    if (name.ends_with("norm.weight")) {
      EXPECT_TRUE(at::equal(value, at::ones_like(value))) << name;
    }
    if (name.ends_with("q_proj.weight")) {
      EXPECT_NEAR(value.std().item<double>(), 0.02, 0.003) << name;
    }
  }
  const at::Tensor embedding = one->Parameters()[0].value;
  EXPECT_EQ(embedding[1].abs().sum().item<double>(), 0);  // the pad row
  EXPECT_FALSE(at::equal(embedding, InitializeModel(config, 2, at::kCPU)->Parameters()[0].value));
}

TEST(CausalModels, BatchesThatCannotRunAreRefused) {
  const auto model = testing::CausalGolden("qwen3_wide").Load();
  PackedBatch batch =
      testing::PackCausalItems(Json::array({{{"input_ids", {5, 6}}, {"labels", {7}}}}));
  EXPECT_EQ(model->Loss(batch, 0, false).num_tokens, 1);
  batch.decoder_input_ids_M = at::tensor({5, 97}, at::kLong);
  EXPECT_ERROR(model->Loss(batch, 0, false), ErrorKind::kData, "input id 97");
  EXPECT_ERROR(model->StartDecoding({{5}, {}}, 1, 3), ErrorKind::kData, "item 1 without a token");
}

}  // namespace
}  // namespace plumbline::models
