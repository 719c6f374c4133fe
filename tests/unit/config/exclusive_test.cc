// One meaning, two keys: in one layer an error, across layers the higher one counts.
#include <gtest/gtest.h>

#include "harness/config/compare.h"
#include "harness/config/schema.h"
#include "tests/testing/error_matcher.h"
#include "tests/unit/config/fixture.h"

namespace plumbline::config {
namespace {

using Pair = std::pair<std::string, std::string>;

class Exclusive : public ::testing::TestWithParam<std::pair<Pair, Pair>> {};

TEST_P(Exclusive, BothInOneLayerAreAnErrorWithBothPlaces) {
  const auto& [first, second] = GetParam();
  Layers layers;
  layers.Suite(first.first + ": " + first.second + "\n" + second.first + ": " + second.second +
               "\n");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "found " + second.first + " beside " + first.first + " (");
}

TEST_P(Exclusive, BothOnTheCommandLineAreAnError) {
  const auto& [first, second] = GetParam();
  Layers layers;
  layers.Set(second.first, second.second);
  layers.Set(first.first, first.second);
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "one of the two in one layer");
}

TEST_P(Exclusive, HigherLayerSwitchesTheLowerKeyOff) {
  for (const bool swapped : {false, true}) {
    const Pair low = swapped ? GetParam().second : GetParam().first;
    const Pair high = swapped ? GetParam().first : GetParam().second;
    Layers layers;
    layers.Suite(low.first + ": " + low.second + "\n");
    layers.Set(high.first, high.second);
    const Resolved resolved = layers.Resolve();
    const Entry& lost = resolved.At(low.first);
    EXPECT_FALSE(lost.active);
    EXPECT_EQ(lost.origin.formula, "switched off by " + high.first);
    EXPECT_EQ(lost.shadowed.at(0).origin.layer, Layer::kSuite);
    EXPECT_TRUE(resolved.At(high.first).active);
    ASSERT_EQ(SemanticShadows(resolved).size(), 1u);
    EXPECT_TRUE(SemanticShadows(resolved)[0].starts_with(low.first + " = "));
  }
}

INSTANTIATE_TEST_SUITE_P(
    BuiltGroups, Exclusive,
    ::testing::Values(
        std::pair{Pair{"training.warmup_steps", "10"}, Pair{"training.warmup_ratio", "0.1"}},
        std::pair{Pair{"training.max_steps", "10"}, Pair{"training.num_train_epochs", "2"}},
        std::pair{Pair{"generation.max_length", "30"}, Pair{"generation.max_new_tokens", "20"}},
        std::pair{Pair{"generation.min_length", "3"}, Pair{"generation.min_new_tokens", "2"}}));

TEST(ExclusiveKeys, BothPrecisionsInOneLayerAreAnError) {
  Layers layers;
  layers.Suite("training: {fp16: true, bf16: true}");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "training.bf16 beside training.fp16");
}

TEST(ExclusiveKeys, EpochsStayWhenMaxStepsIsOff) {
  Layers layers;
  layers.Suite("training: {max_steps: -1, num_train_epochs: 2}");
  EXPECT_EQ(layers.Resolve().Number("training.num_train_epochs"), 2.0);
}

TEST(ExclusiveKeys, DefaultOfTheLoserGivesWay) {
  Layers layers;
  layers.Set("generation.max_new_tokens", "50");
  layers.Set("training.max_steps", "5");
  const Resolved resolved = layers.Resolve();
  EXPECT_FALSE(resolved.Has("generation.max_length"));
  EXPECT_FALSE(resolved.Has("training.num_train_epochs"));
}

TEST(ExclusiveKeys, CheckpointMayHoldBothAndTheNewerCounts) {
  Layers layers;
  layers.Set("model.path", layers.Checkpoint("generation_config.json",
                                             "{\"max_length\": 30, \"max_new_tokens\": 20}"));
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Int("generation.max_new_tokens"), 20);
  EXPECT_FALSE(resolved.Has("generation.max_length"));
}

}  // namespace
}  // namespace plumbline::config
