// The tiny twins: each full-size preset has one, of its own family, with a small base that loads.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/config/preset.h"
#include "models/model.h"

namespace plumbline::models {
namespace {

struct Twin {
  const char* preset;  // of the full size
  const char* base;    // folder of models
};

constexpr Twin kTwins[] = {{"kobart", "kobart_tiny"},
                           {"mt5-xlsum", "mt5_tiny"},
                           {"llama-3.2-korean-3b", "llama_tiny"},
                           {"qwen3-4b", "qwen3_tiny"}};
constexpr uintmax_t kLargestBase = 4'000'000;  // bytes

config::PresetFile Preset(const std::string& name) {
  return config::FindPreset(name, {}, "test");
}

TEST(Twins, AreOfTheirOriginalsFamilyAndSmall) {
  for (const Twin& twin : kTwins) {
    const std::filesystem::path preset = Preset(std::string(twin.preset) + "-tiny").path;
    EXPECT_NE(ReadFile(preset).find(std::string("\n  path: ") + twin.base + "\n"),
              std::string::npos)
        << preset;
    const std::filesystem::path base = preset.parent_path() / twin.base;
    const Json config = ReadJsonFile(base / "config.json");
    EXPECT_EQ(config.at("model_type"),
              ReadJsonFile(config::ShapeOfPreset(Preset(twin.preset))).at("model_type"))
        << twin.preset;
    EXPECT_LE(std::filesystem::file_size(base / "model.safetensors"), kLargestBase) << twin.base;
  }
}

TEST(Twins, LoadWhole) {
  for (const Twin& twin : kTwins) {
    const std::filesystem::path base = Preset(twin.preset).path.parent_path() / twin.base;
    const auto model = LoadModel(base, at::kCPU);
    int64_t count = 0;
    for (const NamedTensor& parameter : model->Parameters()) count += parameter.value.numel();
    EXPECT_EQ(count, CountParameters(model->config())) << twin.base;
    EXPECT_GT(count, 1'000'000) << twin.base;
  }
}

}  // namespace
}  // namespace plumbline::models
