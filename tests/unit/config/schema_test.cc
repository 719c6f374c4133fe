#include "harness/config/schema.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/config/activity.h"
#include "harness/config/alias.h"
#include "harness/config/value.h"
#include "tests/testing/error_matcher.h"
#include "tests/unit/config/fixture.h"

namespace plumbline::config {
namespace {

TEST(Schema, EveryKeyIsListedOnce) {
  std::set<std::string> names;
  for (const KeySpec& spec : Schema()) EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
}

TEST(Schema, EveryKeySaysWhatItIs) {
  for (const KeySpec& spec : Schema()) EXPECT_FALSE(spec.help.empty()) << spec.name;
}

TEST(Schema, EveryDefaultIsAValueOfItsOwnKey) {
  for (const KeySpec& spec : Schema()) {
    if (spec.default_value.is_null()) continue;
    const Node node = ParseYaml("k: " + spec.default_value.dump(), spec.name).members.at(0).value;
    EXPECT_EQ(ReadValue(spec, node, spec.name), spec.default_value) << spec.name;
    EXPECT_EQ(ReadValue(spec, node, spec.name).is_number_float(),
              spec.default_value.is_number_float())
        << spec.name;
  }
}

TEST(Schema, EveryConditionNamesKeys) {
  const Resolved defaults = Layers().Resolve();
  for (const KeySpec& spec : Schema())
    EXPECT_NO_THROW(FailingTerm(spec.active, defaults.entries())) << spec.name;
}

TEST(Schema, EveryExclusiveKeyAndAliasIsAKey) {
  for (const ExclusiveGroup& group : ExclusiveGroups()) {
    EXPECT_NE(FindKey(group.first.key), nullptr) << group.first.key;
    EXPECT_NE(FindKey(group.second.key), nullptr) << group.second.key;
  }
  for (const Alias& alias : Aliases()) EXPECT_NE(FindKey(alias.key), nullptr) << alias.flag;
}

TEST(Schema, KeyWrittenWithoutItsSectionIsFound) {
  EXPECT_EQ(NearestKey("learning_rate"), "training.learning_rate");
  EXPECT_EQ(NearestKey("generation.num_beam"), "generation.num_beams");
}

TEST(Schema, BatchSizeMeansTheBatchOfWhatTheVerbDoes) {
  EXPECT_EQ(FindAlias("batch_size", true)->key, "training.per_device_train_batch_size");
  EXPECT_EQ(FindAlias("batch_size", false)->key, "training.per_device_eval_batch_size");
  EXPECT_EQ(FindAlias("epochs", false), nullptr);
}

TEST(Activity, ConditionsHoldTermByTerm) {
  Layers layers;
  layers.Set("generation.num_beams", "2");
  layers.Set("data.validation", "rows");
  const Resolved resolved = layers.Resolve();
  const auto failing = [&](const char* condition) {
    return FailingTerm(condition, resolved.entries());
  };
  EXPECT_EQ(failing(""), "");
  EXPECT_EQ(failing("generation.num_beams > 1 and data.validation"), "");
  EXPECT_EQ(failing("generation.num_beams > 2"), "generation.num_beams > 2");
  EXPECT_EQ(failing("data.validation and data.test"), "data.test");
  EXPECT_EQ(failing("training.lr_scheduler_type = cosine|linear"), "");
  EXPECT_EQ(failing("training.lr_scheduler_type = cos"), "training.lr_scheduler_type = cos");
  EXPECT_EQ(failing("training.fp16"), "training.fp16");
  EXPECT_ERROR(failing("training.none"), ErrorKind::kInternal, "internal check failed");
}

}  // namespace
}  // namespace plumbline::config
