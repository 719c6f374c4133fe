// What models of a name or a type are.
#include "harness/audit/phrase.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "harness/config/schema.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {
namespace {

// Every type that a run of ours may have is known, with its kind.
TEST(Phrase, OurOwnFamiliesAreKnown) {
  const std::map<std::string, bool> kinds = {
      {"bart", true}, {"llama", false}, {"mt5", true}, {"qwen3", false}, {"t5", true}};
  const std::vector<std::string> types = config::Choices(config::KeyOrFail("model.type", "test"));
  EXPECT_EQ(types.size(), kinds.size());
  for (const std::string& type : types) {
    Evidence run;
    Set(run, "model.type", type);
    EXPECT_EQ(FamilyOf(run), type);
    ASSERT_TRUE(kinds.contains(type)) << type;
    EXPECT_EQ(IsSequenceToSequence(run), kinds.at(type)) << type;
  }
}

TEST(Phrase, AFamilyIsReadFromNamesTheLongestWordFirst) {
  for (const auto& [name, family] : std::map<std::string, std::string>{
           {"google/flan-t5-base", "t5"}, {"csebuetnlp/mT5_multilingual_XLSum", "mt5"},
           {"facebook/mbart-large-50", "mbart"}, {"gogamza/kobart-base-v2", "bart"},
           {"Qwen/Qwen3-4B", "qwen3"}, {"a/name-of-nothing", ""}}) {
    Evidence run;
    run.model = name;
    EXPECT_EQ(FamilyOf(run), family) << name;
  }
  Evidence unknown;
  Set(unknown, "model.type", "rwkv");
  EXPECT_EQ(FamilyOf(unknown), "");
  EXPECT_FALSE(IsSequenceToSequence(unknown));
}

// Hand computation: 124.8 samples/s * 4.0 s = 499.2, printed to [497, 505].
TEST(Phrase, RowsEvaluatedAreDeclaredOrElseWhatTheLastEvaluationScored) {
  Evidence run;
  EXPECT_EQ(RowsEvaluated(run), std::nullopt);
  run.evaluations = {PointOf({{"eval_samples_per_second", "10.0"}, {"eval_runtime", "4.00"}}),
                     PointOf({{"eval_samples_per_second", "124.8"}, {"eval_runtime", "4.000"}})};
  EXPECT_EQ(RowsEvaluated(run), 499);
  EXPECT_EQ(EvalRows(run), std::nullopt);
  Set(run, "data.eval_samples", "500");
  EXPECT_EQ(RowsEvaluated(run), 500);
  run.settings.clear();
  run.evaluations.push_back(PointOf({{"eval_runtime", "4.00"}}));
  EXPECT_EQ(RowsEvaluated(run), std::nullopt);
}

}  // namespace
}  // namespace plumbline::audit
