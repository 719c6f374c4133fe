// The checkpoint's own files as a layer: what nobody typed shows up with its file as origin.
#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"
#include "tests/unit/config/fixture.h"

namespace plumbline::config {
namespace {

Resolved ResolveWith(const std::string& file, const std::string& text,
                     const std::string& set = "") {
  Layers layers;
  layers.Set("model.path", layers.Checkpoint(file, text));
  if (!set.empty()) layers.Set(set.substr(0, set.find('=')), set.substr(set.find('=') + 1));
  return layers.Resolve();
}

TEST(Checkpoint, GenerationSettingsHaveTheirFileAsOrigin) {
  const Resolved resolved =
      ResolveWith("generation_config.json", "{\n  \"num_beams\": 4,\n  \"top_k\": null\n}\n");
  const Entry& entry = resolved.At("generation.num_beams");
  EXPECT_EQ(entry.value, 4);
  EXPECT_EQ(entry.origin.layer, Layer::kCheckpoint);
  EXPECT_TRUE(PlaceOf(entry.origin).ends_with("checkpoint/generation_config.json:2:16"));
}

TEST(Checkpoint, LegacyFieldsOfTheModelConfigCount) {
  const Resolved resolved = ResolveWith(
      "config.json",
      "{\"model_type\": \"bart\", \"d_model\": 8, \"num_beams\": 4, \"eos_token_id\": [1, 2]}");
  EXPECT_EQ(resolved.Int("generation.num_beams"), 4);
  EXPECT_EQ(resolved.Value("generation.eos_token_id"), Json({1, 2}));
  EXPECT_EQ(resolved.Text("model.type"), "bart");
  EXPECT_EQ(resolved.At("model.type").origin.layer, Layer::kDerived);
  EXPECT_TRUE(resolved.unknown_in_checkpoint().empty());
}

TEST(Checkpoint, LegacyFieldsBesideAGenerationFileAreListedAsWithoutEffect) {
  Layers layers;
  layers.Checkpoint("config.json", "{\"num_beams\": 4}");
  layers.Set("model.path", layers.Checkpoint("generation_config.json", "{\"max_length\": 50}"));
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Int("generation.num_beams"), 1);
  ASSERT_EQ(resolved.unknown_in_checkpoint().size(), 1u);
  EXPECT_NE(resolved.unknown_in_checkpoint()[0].find("num_beams ("), std::string::npos);
}

TEST(Checkpoint, UnknownFieldsAreListedAndBookkeepingIsNot) {
  const Resolved resolved =
      ResolveWith("generation_config.json",
                  "{\"wobble\": 3, \"transformers_version\": \"5.23\", \"use_cache\": true}");
  ASSERT_EQ(resolved.unknown_in_checkpoint().size(), 1u);
  EXPECT_TRUE(resolved.unknown_in_checkpoint()[0].starts_with("wobble ("));
}

TEST(Checkpoint, SamplingNobodyTypedShowsItsFileAndCanBeSwitchedOff) {
  const std::string sampling = "{\"do_sample\": true, \"top_p\": 0.9}";
  const Resolved drawn = ResolveWith("generation_config.json", sampling);
  EXPECT_TRUE(drawn.Bool("generation.do_sample"));
  EXPECT_TRUE(PlaceOf(drawn.At("generation.do_sample").origin).ends_with("generation_config.json:1:15"));
  EXPECT_FALSE(ResolveWith("generation_config.json", sampling, "generation.do_sample=false")
                   .At("generation.top_p")
                   .active);
}

TEST(Checkpoint, SamplingBesideBeamsIsAnErrorThatNamesBothPlaces) {
  EXPECT_ERROR(
      ResolveWith("generation_config.json", "{\"do_sample\": true}", "generation.num_beams=4"),
      ErrorKind::kUsage, "generation.do_sample = true beside generation.num_beams = 4");
  EXPECT_NO_THROW(
      ResolveWith("generation_config.json", "{\"do_sample\": true}", "generation.num_beams=1"));
}

TEST(Checkpoint, WarpersThatAreNotBuiltAreRefusedByNameWhereTheyWouldAct) {
  EXPECT_ERROR(
      ResolveWith("generation_config.json", "{\"do_sample\": true, \"typical_p\": 0.9}"),
      ErrorKind::kModel, "typical sampling: not built");
  EXPECT_NO_THROW(
      ResolveWith("generation_config.json", "{\"do_sample\": false, \"typical_p\": 0.9}"));
  EXPECT_NO_THROW(
      ResolveWith("generation_config.json", "{\"do_sample\": true, \"typical_p\": 1.0}"));
}

TEST(Checkpoint, MoreSequencesThanBeamsNeedSampling) {
  EXPECT_ERROR(ResolveWith("generation_config.json", "{\"num_return_sequences\": 3}"),
               ErrorKind::kUsage, "at most generation.num_beams = 1");
  EXPECT_NO_THROW(
      ResolveWith("generation_config.json", "{\"num_return_sequences\": 3, \"do_sample\": true}"));
}

TEST(Checkpoint, FieldThatChangesTheOutputAndHasNoKeyIsAnError) {
  EXPECT_ERROR(ResolveWith("generation_config.json", "{\"bad_words_ids\": [[3]]}"),
               ErrorKind::kModel,
               "generation_config.json:1:19: found the generation setting 'bad_words_ids'");
  EXPECT_NO_THROW(
      ResolveWith("generation_config.json", "{\"bad_words_ids\": null, \"suppress_tokens\": []}"));
  EXPECT_NO_THROW(
      ResolveWith("generation_config.json", "{\"guidance_scale\": 1.0, \"token_healing\": false}"));
}

TEST(Checkpoint, ModelTypeThatDisagreesIsAnError) {
  Layers layers;
  layers.Set("model.path", layers.Checkpoint("config.json", "{\"model_type\": \"t5\"}"));
  layers.Set("model.type", "bart");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "found model.type = bart, wanted t5, which follows from model_type (");
}

TEST(Checkpoint, WrongTypeAndBrokenJsonAreErrorsOfTheModel) {
  EXPECT_ERROR(ResolveWith("generation_config.json", "{\"num_beams\": \"4\"}"), ErrorKind::kModel,
               "num_beams");
  EXPECT_ERROR(ResolveWith("generation_config.json", "{\"num_beams\": 4"), ErrorKind::kModel,
               "generation_config.json");
}

TEST(Checkpoint, MissingDirectoryIsAnErrorOfTheModel) {
  Layers layers;
  layers.Set("model.path", "nowhere");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kModel, "found no directory 'nowhere'");
}

}  // namespace
}  // namespace plumbline::config
