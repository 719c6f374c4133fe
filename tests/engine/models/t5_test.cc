// T5's own rules: what ties the head, what scales the logits, buckets, biased attention, fresh weights.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/base/file.h"
#include "models/model_t5.h"
#include "models/nn/biased_attention.h"
#include "models/nn/relative_position.h"
#include "models/safetensors.h"
#include "tests/parity/bart/golden.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

using testing::Near;

constexpr const char* kHead = "lm_head.weight";
constexpr const char* kShared = "shared.weight";

// A copy of a golden checkpoint whose tensors and config a test changes before writing it.
class T5Checkpoint : public ::testing::Test {
 protected:
  void Take(const std::string& shape) {
    golden_ = std::filesystem::path("tests/golden/t5") / shape;
    config_ = ReadJsonFile(golden_ / "config.json");
    const CheckpointTensors stored(golden_);
    tensors_.clear();
    for (const std::string& name : stored.Names()) tensors_.push_back({name, stored.View(name)});
  }

  at::Tensor Stored(const std::string& name) const {
    const auto found = std::find_if(tensors_.begin(), tensors_.end(),
                                    [&](const auto& tensor) { return tensor.name == name; });
    PLUMBLINE_CHECK(found != tensors_.end());
    return found->value;
  }

  void Remove(const std::string& name) {
    std::erase_if(tensors_, [&](const NamedTensor& tensor) { return tensor.name == name; });
  }

  std::unique_ptr<Model> Load(at::ScalarType stored = at::kFloat,
                              at::ScalarType held = at::kFloat) {
    SaveTensors(directory_ / "model.safetensors", tensors_, stored);
    WriteJsonFile(directory_ / "config.json", config_);
    return LoadModel(directory_.path(), at::kCPU, held);
  }

  static bool HasOwnHead(const Model& model) {
    return model.Parameters().back().name == kHead;
  }

  at::Tensor LogitsOf(Model& model) const {
    const Json expected = ReadJsonFile(golden_ / "expected.json");
    return model.Logits(testing::PackItems(expected.at("batch"))).detach();
  }

  testing::TemporaryDirectory directory_;
  std::filesystem::path golden_;
  std::vector<NamedTensor> tensors_;
  Json config_;
};

TEST_F(T5Checkpoint, SavedAgainIsTransformersFileByteForByte) {
  for (const char* shape : testing::kT5Shapes) {
    Take(shape);
    SaveModel(*LoadModel(golden_, at::kCPU), directory_ / shape, at::kFloat);
    EXPECT_EQ(ReadFile(directory_ / shape / "model.safetensors"),
              ReadFile(golden_ / "model.safetensors"));
    EXPECT_EQ(ReadJsonFile(directory_ / shape / "config.json"), config_);
  }
}

TEST_F(T5Checkpoint, AHeadThatDiffersIsTheModelsOwnWhateverTheConfigSays) {
  Take("gated");
  for (const bool is_tied : {true, false}) {
    config_["tie_word_embeddings"] = is_tied;
    const auto model = Load();
    ASSERT_TRUE(HasOwnHead(*model));
    EXPECT_TRUE(at::equal(model->Parameters().back().value, Stored(kHead)));
    EXPECT_TRUE(at::equal(model->Parameters().front().value, Stored(kShared)));
  }
}

TEST_F(T5Checkpoint, AnEqualOrAbsentHeadIsTiedWhateverTheConfigSays) {
  Take("gated");
  Remove(kHead);
  for (const bool is_tied : {true, false}) {
    config_["tie_word_embeddings"] = is_tied;
    EXPECT_FALSE(HasOwnHead(*Load()));
    tensors_.push_back({kHead, Stored(kShared)});
    EXPECT_FALSE(HasOwnHead(*Load()));
    Remove(kHead);
  }
}

TEST_F(T5Checkpoint, AnyAliasStandsInForTheEmbedding) {
  for (const char* alias : {kHead, "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}) {
    Take("relu");
    tensors_.push_back({alias, Stored(kShared)});
    EXPECT_EQ(Load()->Parameters().size(), LoadModel(golden_, at::kCPU)->Parameters().size());
    Remove(kShared);
    EXPECT_TRUE(at::equal(Load()->Parameters()[0].value, Stored(alias))) << alias;
  }
  Remove("decoder.embed_tokens.weight");
  EXPECT_ERROR(Load(), ErrorKind::kModel, "missing tensors: 1 ('shared.weight')");
}

TEST_F(T5Checkpoint, DisagreeingEmbeddingsAreRefused) {
  Take("relu");
  tensors_.push_back({"encoder.embed_tokens.weight", Stored(kShared) + 1});
  EXPECT_ERROR(Load(), ErrorKind::kModel, "different values in 'shared.weight' and 'encoder.embed");
}

TEST_F(T5Checkpoint, TheStrayBiasOfCrossAttentionIsIgnored) {
  Take("relu");
  const std::string stray =
      "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";
  tensors_.push_back({stray, at::ones({8, 3})});
  EXPECT_NE(Load(), nullptr);
  tensors_.back().name = "decoder.block.1.layer.1.EncDecAttention.relative_attention_bias.weight";
  EXPECT_ERROR(Load(), ErrorKind::kModel, "unknown tensors: 1");
}

// scale_decoder_outputs if present, else unless tie_word_embeddings is false; mT5 never.
TEST_F(T5Checkpoint, LogitsAreScaledByTheWrittenRule) {
  Take("relu");
  const at::Tensor scaled = LogitsOf(*LoadModel(golden_, at::kCPU));
  const double factor = std::sqrt(config_.at("d_model").get<double>());
  const auto expect = [&](bool is_scaled) {
    EXPECT_TRUE(Near("logits", LogitsOf(*Load()), is_scaled ? scaled : scaled * factor, 1e-5))
        << config_.dump();
  };
  config_["scale_decoder_outputs"] = false;
  expect(false);
  config_["tie_word_embeddings"] = false;
  config_["scale_decoder_outputs"] = true;
  expect(true);
  config_.erase("scale_decoder_outputs");
  expect(false);
  config_.erase("tie_word_embeddings");
  expect(true);
  config_["model_type"] = "mt5";
  config_["scale_decoder_outputs"] = true;
  expect(false);
}

TEST_F(T5Checkpoint, Float16IsRefusedAsATypeButReadFromAFile) {
  Take("relu");
  EXPECT_ERROR(Load(at::kHalf, at::kHalf), ErrorKind::kModel,
               "float16, in which its feed-forward overflows");
  EXPECT_TRUE(at::equal(Load(at::kHalf)->Parameters()[0].value, Stored(kShared).to(at::kHalf).to(at::kFloat)));
  EXPECT_EQ(Load(at::kHalf, at::kBFloat16)->Parameters()[0].value.scalar_type(), at::kBFloat16);
}

TEST_F(T5Checkpoint, SettingsOfOtherNetworksAreRefused) {
  Take("relu");
  const Json good = config_;
  const auto refused = [&](const char* key, const Json& value, const std::string& part) {
    config_ = good;
    config_.erase("dense_act_fn");
    config_[key] = value;
    EXPECT_ERROR(Load(), ErrorKind::kModel, part);
  };
  refused("feed_forward_proj", "gated-mish", "'feed_forward_proj' = \"mish\"");
  refused("dense_act_fn", "tanh", "'dense_act_fn' = \"tanh\"");
  refused("is_encoder_decoder", false, "'is_encoder_decoder' = false");
  refused("relative_attention_num_buckets", 2, "'relative_attention_num_buckets' = 2");
  refused("relative_attention_max_distance", 4, "'relative_attention_max_distance' = 4");
  refused("num_heads", 0, "'num_heads' = 0");
}

TEST_F(T5Checkpoint, FreshWeightsHaveTheReferencesDeviations) {
  const Json config = {{"model_type", "t5"},     {"vocab_size", 400}, {"d_model", 64},
                       {"d_kv", 16},             {"d_ff", 256},       {"num_layers", 2},
                       {"num_heads", 8},         {"feed_forward_proj", "gated-gelu"},
                       {"initializer_factor", 0.5}};
  const auto model = InitializeModel(config, 3, at::kCPU);
  const std::pair<const char*, double> kWanted[] = {
      {"shared.weight", 1},
      {"encoder.block.1.layer.0.SelfAttention.q.weight", 1 / std::sqrt(64.0 * 16)},
      {"encoder.block.0.layer.0.SelfAttention.k.weight", 1 / 8.0},
      {"decoder.block.0.layer.1.EncDecAttention.v.weight", 1 / 8.0},
      {"decoder.block.1.layer.0.SelfAttention.o.weight", 1 / std::sqrt(128.0)},
      {"decoder.block.1.layer.2.DenseReluDense.wi_1.weight", 1 / 8.0},
      {"encoder.block.0.layer.1.DenseReluDense.wo.weight", 1 / 16.0},
      {"decoder.block.0.layer.0.layer_norm.weight", 0},
  };
  for (const auto& [name, deviation] : kWanted) {
    bool is_found = false;
    for (const NamedTensor& tensor : model->Parameters()) {
      if (tensor.name != name) continue;
      is_found = true;
      EXPECT_NEAR(tensor.value.std().item<double>(), 0.5 * deviation, 0.02 * deviation) << name;
    }
    EXPECT_TRUE(is_found) << name;
  }
}

TEST(RelativeBuckets, EqualTransformersForEveryDistance) {
  const Json golden = ReadJsonFile("tests/golden/t5/buckets.json");
  ASSERT_GE(golden.size(), 16U);
  for (const Json& row : golden) {
    const auto wanted = row.at("buckets").get<std::vector<int64_t>>();
    const int64_t first = row.at("first").get<int64_t>();
    const at::Tensor relative = at::arange(first, first + static_cast<int64_t>(wanted.size()));
    const at::Tensor found =
        nn::RelativeBuckets(relative, row.at("bidirectional").get<bool>(),
                            row.at("num_buckets").get<int64_t>(), row.at("max_distance").get<int64_t>());
    EXPECT_TRUE(at::equal(found, at::tensor(wanted, at::kLong))) << row.at("max_distance");
  }
}

// Packed items of several lengths against autograd over whole matrices.
void ExpectPlainAttention(bool is_causal) {
  at::manual_seed(6);
  const std::vector<int64_t> offsets = {0, 5, 6, 18};
  const int64_t num_heads = 3, longest = 12;
  const at::Tensor table = at::randn({6, num_heads}).requires_grad_(true);
  const at::Tensor qkv = at::randn({18, 3 * 12}).requires_grad_(true);
  const nn::RelativeBias bias{table, 9, !is_causal};
  const at::Tensor factor = at::randn({18, 12});
  const at::Tensor found =
      nn::BiasedSelfAttention(qkv, nn::BiasMatrix(bias, longest), offsets, 0);
  (found * factor).sum().backward();
  const at::Tensor grad_qkv = qkv.grad().clone(), grad_table = table.grad().clone();
  qkv.mutable_grad().reset();
  table.mutable_grad().reset();
  std::vector<at::Tensor> contexts;
  for (size_t i = 1; i < offsets.size(); ++i) {
    const int64_t size = offsets[i] - offsets[i - 1];
    const at::Tensor rows = qkv.narrow(0, offsets[i - 1], size).view({size, 3, num_heads, 4});
    const auto part = [&](int64_t which) { return rows.select(1, which).transpose(0, 1); };
    const at::Tensor relative = at::arange(size).unsqueeze(0) - at::arange(size).unsqueeze(1);
    const at::Tensor buckets = nn::RelativeBuckets(relative, !is_causal, 6, 9);
    at::Tensor scores = at::matmul(part(0), part(1).transpose(1, 2)) +
                        at::embedding(table, buckets).permute({2, 0, 1});
    if (is_causal) scores = scores.masked_fill(relative.gt(0), -INFINITY);
    contexts.push_back(
        at::matmul(at::softmax(scores, -1), part(2)).transpose(0, 1).reshape({size, 12}));
  }
  const at::Tensor wanted = at::cat(contexts, 0);
  (wanted * factor).sum().backward();
  EXPECT_TRUE(Near("context", found, wanted, 1e-5));
  EXPECT_TRUE(Near("gradient of q, k, v", grad_qkv, qkv.grad(), 1e-5));
  EXPECT_TRUE(Near("gradient of the table", grad_table, table.grad(), 2e-5));
  const at::NoGradGuard no_grad;
  const at::Tensor fast = nn::BiasedSelfAttention(qkv, nn::BiasMatrix(bias, longest), offsets, 0);
  EXPECT_TRUE(Near("context without gradients", fast, wanted, 1e-5));
}

TEST(BiasedSelfAttention, EqualsPlainAttentionInBothDirections) { ExpectPlainAttention(false); }

TEST(BiasedSelfAttention, EqualsPlainCausalAttention) { ExpectPlainAttention(true); }

// The gradient of the attention under dropout, against finite differences of the same drawn masks.
TEST(BiasedSelfAttention, DropoutIsThatOfItsOwnMask) {
  const std::vector<int64_t> offsets = {0, 4, 9};
  at::manual_seed(7);
  const at::Tensor bias = at::randn({2, 5, 5}, at::kDouble);
  const at::Tensor qkv = at::randn({9, 12}, at::kDouble).requires_grad_(true);
  const at::Tensor direction = at::randn({9, 12}, at::kDouble), factor = at::randn({9, 4}, at::kDouble);
  const auto value = [&](const at::Tensor& x) {
    at::manual_seed(8);
    return (nn::BiasedSelfAttention(x, bias, offsets, 0.4) * factor).sum();
  };
  value(qkv).backward();
  const double slope = (qkv.grad() * direction).sum().item<double>();
  const double h = 1e-6;
  const at::Tensor x = qkv.detach();
  const double wanted =
      (value(x + h * direction) - value(x - h * direction)).item<double>() / (2 * h);
  EXPECT_NEAR(slope, wanted, 1e-6 * std::max(1.0, std::abs(wanted)));
  at::manual_seed(8);
  const at::Tensor dropped = nn::BiasedSelfAttention(x, bias, offsets, 0.4);
  EXPECT_FALSE(at::allclose(dropped, nn::BiasedSelfAttention(x, bias, offsets, 0)));
}

}  // namespace
}  // namespace plumbline::models
