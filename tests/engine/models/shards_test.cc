// Checkpoints in several files: their index followed, and the one error each broken one gets.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "models/safetensors.h"
#include "tests/parity/bart/golden.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

constexpr const char* kGolden = "tests/golden/bart/single";
constexpr const char* kNorm = "model.encoder.layers.0.final_layer_norm.bias";
constexpr const char* kIndex = "model.safetensors.index.json";

// A golden checkpoint in three shards.
class Shards : public ::testing::Test {
 protected:
  Shards() {
    const CheckpointTensors golden(kGolden);
    size_t next = 0;
    for (const std::string& name : golden.Names()) {
      shards_[next % 3].push_back({name, golden.View(name)});
      map_[name] = FileOf(next++ % 3);
    }
    for (size_t i = 0; i < 3; ++i) SaveTensors(directory_ / FileOf(i), shards_[i], at::kFloat);
    std::filesystem::copy(std::filesystem::path(kGolden) / "config.json",
                          directory_ / "config.json");
    WriteIndex();
  }

  static std::string FileOf(size_t shard) {
    return "model-0000" + std::to_string(shard + 1) + "-of-00003.safetensors";
  }

  void WriteIndex() {
    WriteJsonFile(directory_ / kIndex, {{"metadata", {{"total_size", 1}}}, {"weight_map", map_}});
  }

  std::unique_ptr<Model> Load() { return LoadModel(directory_.path(), at::kCPU); }

  testing::TemporaryDirectory directory_;
  std::vector<NamedTensor> shards_[3];
  Json map_ = Json::object();
};

TEST_F(Shards, HoldTheSameWeightsAsOneFile) {
  const auto golden = LoadModel(kGolden, at::kCPU)->Parameters();
  const auto loaded = Load()->Parameters();
  for (size_t i = 0; i < golden.size(); ++i)
    EXPECT_TRUE(at::equal(loaded[i].value, golden[i].value)) << golden[i].name;
}

TEST_F(Shards, AMissingShardIsNamed) {
  std::filesystem::remove(directory_ / FileOf(1));
  EXPECT_ERROR(Load(), ErrorKind::kModel, FileOf(1));
}

TEST_F(Shards, ATruncatedShardIsNamed) {
  const std::string whole = ReadFile(directory_ / FileOf(2));
  WriteFileAtomic(directory_ / FileOf(2), std::string_view(whole).substr(0, whole.size() - 3));
  EXPECT_ERROR(Load(), ErrorKind::kModel, FileOf(2));
  EXPECT_ERROR(Load(), ErrorKind::kModel, "the file is truncated");
}

TEST_F(Shards, AShardThatIsNoSafetensorsIsNamed) {
  WriteFileAtomic(directory_ / FileOf(0), "<html>not found</html>");
  EXPECT_ERROR(Load(), ErrorKind::kModel, FileOf(0));
}

TEST_F(Shards, AnIndexThatNamesATensorItsShardLacksIsRefused) {
  map_[kNorm] = map_[kNorm] == FileOf(0) ? FileOf(1) : FileOf(0);
  WriteIndex();
  EXPECT_ERROR(Load(), ErrorKind::kModel, std::string("found no tensor '") + kNorm + "'");
}

TEST_F(Shards, AnIndexWithoutATensorOfItsShardsIsRefused) {
  map_.erase(kNorm);
  WriteIndex();
  EXPECT_ERROR(Load(), ErrorKind::kModel, std::string("found no entry for '") + kNorm + "'");
}

TEST_F(Shards, ATensorNoShardHoldsIsMissing) {
  const size_t shard = map_[kNorm] == FileOf(0) ? 0 : map_[kNorm] == FileOf(1) ? 1 : 2;
  std::erase_if(shards_[shard], [](const NamedTensor& tensor) { return tensor.name == kNorm; });
  SaveTensors(directory_ / FileOf(shard), shards_[shard], at::kFloat);
  map_.erase(kNorm);
  WriteIndex();
  EXPECT_ERROR(Load(), ErrorKind::kModel, std::string("missing tensors: 1 ('") + kNorm + "')");
}

TEST_F(Shards, AnIndexWithoutAMapOrWithPathsIsRefused) {
  map_[kNorm] = "../elsewhere.safetensors";
  WriteIndex();
  EXPECT_ERROR(Load(), ErrorKind::kModel, "wanted the name of a shard");
  WriteJsonFile(directory_ / kIndex, {{"metadata", Json::object()}});
  EXPECT_ERROR(Load(), ErrorKind::kModel, "found no weight_map");
  WriteFileAtomic(directory_ / kIndex, "{\"weight_map\": ");
  EXPECT_ERROR(Load(), ErrorKind::kModel, kIndex);
}

}  // namespace
}  // namespace plumbline::models
