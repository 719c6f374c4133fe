#include "harness/config/compare.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"
#include "tests/unit/config/fixture.h"

namespace plumbline::config {
namespace {

Resolved WithSuite(Layers& layers, const std::string& text) {
  layers.Suite(text);
  return layers.Resolve();
}

TEST(Compare, ChangedSemanticValueIsDrift) {
  Layers a;
  Layers b;
  const Resolved before = WithSuite(a, "training: {gradient_accumulation_steps: 1}");
  const Resolved after = WithSuite(b, "training: {gradient_accumulation_steps: 4}");
  const std::vector<Difference> drift = SemanticDrift(before, after);
  ASSERT_EQ(drift.size(), 1u);
  EXPECT_EQ(drift[0].key, "training.gradient_accumulation_steps");
  EXPECT_NE(Describe(drift[0]).find("gradient_accumulation_steps: 1 (suite "), std::string::npos);
  EXPECT_NE(Describe(drift[0]).find(" -> 4 (suite "), std::string::npos);
}

TEST(Compare, ChangedChainWithAnEqualValueIsANote) {
  Layers a;
  Layers b;
  const Resolved before = a.Resolve();
  b.Set("training.seed", "42");
  const Resolved after = b.Resolve();
  EXPECT_TRUE(SemanticDrift(before, after).empty());
  ASSERT_EQ(Compare(before, after).size(), 1u);
  EXPECT_EQ(Compare(before, after)[0].kind, ChangeKind::kChain);
}

TEST(Compare, KeyThatChangesNoResultIsNoDrift) {
  Layers a;
  Layers b;
  b.Set("training.logging_steps", "1");
  EXPECT_TRUE(SemanticDrift(a.Resolve(), b.Resolve()).empty());
  EXPECT_EQ(Compare(a.Resolve(), b.Resolve()).size(), 1u);
}

TEST(Compare, KeyOfANewerSchemaAtItsDefaultIsNoDrift) {
  Layers layers;
  const Resolved now = layers.Resolve();
  std::map<std::string, Entry> older = now.entries();
  older.erase("training.weight_decay");
  EXPECT_TRUE(SemanticDrift(Resolved(older), now).empty());
  EXPECT_EQ(SemanticDrift(now, Resolved(older)).size(), 1u);
}

TEST(Compare, ShadowsOfSemanticKeysAloneAreLines) {
  Layers layers;
  layers.Suite("training: {seed: 1, logging_steps: 5, weight_decay: 0.1}");
  layers.Set("training.seed", "2");
  layers.Set("training.logging_steps", "6");
  layers.Set("training.weight_decay", "0.1");
  const std::vector<std::string> lines = SemanticShadows(layers.Resolve());
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with(
      "training.seed = 2 (command line argument 1 (--set training.seed=2)) shadows 1 (suite "));
}

TEST(Compare, ReadsBackWhatItWrote) {
  Layers layers;
  layers.Suite(
      "training: {seed: 1, learning_rate: 3e-05, max_steps: 5}\ngeneration: {eos_token_id: [1, "
      "2]}");
  layers.Set("training.seed", "2");
  layers.Variable("PLUMBLINE_SET__TRAINING__WEIGHT_DECAY", "0.25");
  const Resolved written = layers.Resolve();
  const std::string text = DumpJson(written.ToJson());
  const Resolved read = Resolved::FromJson(ParseJson(text, "f"), "f");
  EXPECT_EQ(read.entries(), written.entries());
  EXPECT_EQ(DumpJson(read.ToJson()), text);
}

TEST(Compare, FileOfValuesHasTheNamedShape) {
  Layers layers;
  layers.Set("training.seed", "2");
  const Json json = layers.Resolve().ToJson();
  EXPECT_EQ(json["values"]["training.seed"],
            ParseJson(R"({"value": 2, "origin": {"layer": "command line", "argument_index": 1,
                          "argument": "--set training.seed=2"},
                          "shadowed": [{"value": 42, "origin": {"layer": "default"}}]})",
                      "f"));
}

TEST(Compare, ForeignDocumentIsRefused) {
  EXPECT_ERROR(Resolved::FromJson(ParseJson("{\"values\": {\"a\": 1}}", "f"), "f"),
               ErrorKind::kData, "reading f");
  EXPECT_ERROR(Resolved::FromJson(ParseJson("[]", "f"), "f"), ErrorKind::kData, "reading f");
}

}  // namespace
}  // namespace plumbline::config
