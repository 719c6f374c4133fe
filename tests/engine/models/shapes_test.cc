// The full-size presets, by shape alone: their published parameter counts.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "harness/base/json.h"
#include "harness/config/preset.h"
#include "models/model.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::models {
namespace {

struct FullSize {
  const char* preset;
  int64_t parameters;
};

// Counts of the published checkpoints.
constexpr FullSize kFullSize[] = {
    {"kobart", 123'859'968},
    {"llama-3.2-korean-3b", 3'212'749'824},
    {"qwen3-4b", 4'022'468'096},
    {"mt5-xlsum", 582'401'280},
};

Json ShapeOf(const std::string& preset) {
  return ReadJsonFile(config::ShapeOfPreset(config::FindPreset(preset, {}, "test")));
}

// kB of address space now.
int64_t MappedKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kilobytes = 0;
    if (word == "VmSize:" && status >> kilobytes) return kilobytes;
  }
  return 0;
}

TEST(Shapes, EveryFullSizePresetHasItsPublishedCount) {
  for (const FullSize& wanted : kFullSize)
    EXPECT_EQ(CountParameters(ShapeOf(wanted.preset)), wanted.parameters) << wanted.preset;
}

TEST(Shapes, EveryShapeIsCountedHere) {
  std::set<std::string> shapes, counted;
  for (const FullSize& one : kFullSize) counted.insert(one.preset);
  for (const auto& entry : std::filesystem::directory_iterator("models")) {
    const std::string file = entry.path().filename().string();
    const size_t end = file.find(".config.json");
    if (end != std::string::npos) shapes.insert(file.substr(0, end));
  }
  EXPECT_EQ(shapes, counted);
}

TEST(Shapes, CountingAllocatesNoWeights) {
  const Json shape = ShapeOf("kobart");
  CountParameters(shape);  // whatever the library sets up once
  const int64_t before = MappedKilobytes();
  ASSERT_GT(before, 0);
  CountParameters(shape);
  EXPECT_LT(MappedKilobytes() - before, 10'000);
}

TEST(Shapes, ACountFollowsTheShape) {
  Json shape = ShapeOf("kobart");
  shape["vocab_size"] = 30001;
  EXPECT_EQ(CountParameters(shape), 123'859'968 + 768);
  shape["encoder_layers"] = 0;
  EXPECT_ERROR(CountParameters(shape), ErrorKind::kModel, "'encoder_layers' = 0");
}

}  // namespace
}  // namespace plumbline::models
