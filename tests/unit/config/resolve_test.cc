#include "harness/config/resolve.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"
#include "tests/unit/config/fixture.h"

namespace plumbline::config {
namespace {

TEST(Resolve, NothingGivenIsHuggingFacesDefaults) {
  const Resolved resolved = Layers().Resolve();
  EXPECT_EQ(resolved.Number("training.learning_rate"), 5e-5);
  EXPECT_EQ(resolved.Int("training.per_device_train_batch_size"), 8);
  EXPECT_EQ(resolved.Number("training.num_train_epochs"), 3.0);
  EXPECT_EQ(resolved.Int("training.seed"), 42);
  EXPECT_EQ(resolved.Int("generation.num_beams"), 1);
  EXPECT_FALSE(resolved.Has("data.train"));
}

TEST(Resolve, FixedDataStandsInOnlyWhereNoRowsAreNamed) {
  Layers layers;
  layers.inputs().fixed_data = "fixed";
  EXPECT_EQ(layers.Resolve().Text("data.train"), "fixed/train.jsonl");
  EXPECT_EQ(layers.Resolve().Text("data.validation"), "fixed/validation.jsonl");
  EXPECT_EQ(layers.Resolve().entries().at("data.train").origin.formula,
            "the project's fixed data, because no data is named");
  for (const char* key : {"data.train", "data.validation"}) {
    Layers named;
    named.inputs().fixed_data = "fixed";
    named.Set(key, "mine.jsonl");
    const Resolved resolved = named.Resolve();
    EXPECT_EQ(resolved.Text(key), "mine.jsonl");
    EXPECT_NE(resolved.Has("data.train"), resolved.Has("data.validation"));
  }
}

TEST(Resolve, DottedKeysEqualSections) {
  Layers layers;
  layers.Suite("training.seed: 7\ndata.fields: {summary: s}\n");
  EXPECT_EQ(layers.Resolve().Int("training.seed"), 7);
  EXPECT_EQ(layers.Resolve().Text("data.fields.summary"), "s");
}

TEST(Resolve, DottedKeyBesideItsSectionIsADuplicate) {
  Layers layers;
  layers.Suite("training.seed: 7\ntraining: {seed: 8}\n");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "training.seed a second time");
}

TEST(Resolve, SectionWithoutKeysIsRefused) {
  Layers layers;
  layers.Suite("training: 3\n");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "suite.yaml:1:11: found one value for the section 'training'");
}

TEST(Resolve, IncludedPathsCountFromTheIncludingFile) {
  Layers layers;
  layers.Write("sub/a.yaml", "include: [b.yaml]\ntraining: {weight_decay: 0.5}");
  layers.Write("sub/b.yaml", "training: {seed: 5}");
  layers.Suite("include: [sub/a.yaml]\n");
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Int("training.seed"), 5);
  EXPECT_EQ(resolved.At("training.seed").origin.layer, Layer::kInclude);
}

TEST(Resolve, FileIncludedTwiceIsReadOnce) {
  Layers layers;
  layers.Write("base.yaml", "training: {seed: 5}");
  layers.Write("a.yaml", "include: [base.yaml]");
  layers.Write("b.yaml", "include: [base.yaml]");
  layers.Suite("include: [a.yaml, b.yaml]\n");
  EXPECT_EQ(layers.Resolve().Int("training.seed"), 5);
}

TEST(Resolve, IncludeCycleShowsItsChain) {
  Layers layers;
  layers.Write("a.yaml", "include: [b.yaml]");
  layers.Write("b.yaml", "include: [a.yaml]");
  layers.Suite("include: [a.yaml]\n");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "a cycle: ");
}

TEST(Resolve, FileThatIncludesItselfIsACycle) {
  Layers layers;
  layers.Suite("include: [suite.yaml]\n");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "a cycle: ");
}

TEST(Resolve, IncludeNeedsAListOfFilesThatExist) {
  Layers scalar;
  scalar.Suite("include: a.yaml\n");
  EXPECT_ERROR(scalar.Resolve(), ErrorKind::kUsage, "try include: [a.yaml]");
  Layers missing;
  missing.Suite("include: [none.yaml]\n");
  EXPECT_ERROR(missing.Resolve(), ErrorKind::kUsage, "suite.yaml:1:11: found no file");
}

TEST(Resolve, MissingConfigIsAnError) {
  Layers layers;
  layers.inputs().files.emplace_back("none.yaml");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "reading the config 'none.yaml': found no such file");
}

TEST(Resolve, UnknownPresetNamesTheKnownOnes) {
  Layers layers;
  layers.Preset("training: {seed: 1}");
  layers.Set("model.preset", "tini");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "wanted one of: tiny; try 'tiny'");
}

TEST(Resolve, PresetWithoutWeightsNamesTheVariable) {
  Layers layers;
  layers.Preset("training: {seed: 1}");
  layers.Set("model.preset", "tiny");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kModel,
               "wanted the directory that holds 'tiny/'; try PLUMBLINE_CHECKPOINTS");
}

TEST(Resolve, PresetWithoutPathTakesItsWeightsFromTheCheckpoints) {
  Layers layers;
  layers.Preset("training: {seed: 1}");
  const std::filesystem::path root =
      layers.Write("weights/tiny/config.json", "{}").parent_path().parent_path();
  ::setenv("PLUMBLINE_CHECKPOINTS", root.c_str(), 1);
  layers.Variable("PLUMBLINE_CHECKPOINTS", root.string());
  layers.Set("model.preset", "tiny");
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Text("model.path"), "$PLUMBLINE_CHECKPOINTS/tiny");
  EXPECT_EQ(resolved.Path("model.path"), root / "tiny");
  EXPECT_EQ(resolved.Path("tokenizer.path"), root / "tiny");
  EXPECT_EQ(resolved.At("model.path").origin.layer, Layer::kDerived);
}

TEST(Resolve, OneModelOfTheListIsThePreset) {
  Layers layers;
  layers.Checkpoint("config.json", "{}");
  layers.Preset("model: {path: ../checkpoint}\ntraining: {seed: 9}");
  layers.SetList("experiment.models", {"tiny"});
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Text("model.preset"), "tiny");
  EXPECT_EQ(resolved.Int("training.seed"), 9);
}

TEST(Resolve, PathsOfAFileCountFromThatFile) {
  Layers layers;
  const auto rows = layers.Write("data/rows.jsonl", "");
  const std::string suite = layers.Suite("data: {train: data/rows.jsonl}");
  EXPECT_EQ(layers.Resolve().Path("data.train"), rows);
}

TEST(Resolve, InactiveKeyIsAnErrorThatNamesWhatSwitchesItOff) {
  Layers layers;
  layers.Suite("generation:\n  length_penalty: 2.0\n  num_beams: 1\n");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "found generation.length_penalty, which has no effect while generation.num_beams is "
               "1 (suite ");
}

TEST(Resolve, InactiveKeyOfAPresetIsOnlyMarked) {
  Layers layers;
  layers.Checkpoint("config.json", "{}");
  layers.Preset("model: {path: ../checkpoint}\ngeneration: {length_penalty: 2.0, num_beams: 4}");
  layers.Set("model.preset", "tiny");
  EXPECT_TRUE(layers.Resolve().At("generation.length_penalty").active);
  layers.Set("generation.num_beams", "1");
  EXPECT_FALSE(layers.Resolve().At("generation.length_penalty").active);
}

TEST(Resolve, WarmupUnderAConstantRateIsAnError) {
  Layers layers;
  layers.Set("training.lr_scheduler_type", "constant");
  layers.Set("training.warmup_ratio", "0.1");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "wanted training.lr_scheduler_type = linear|cosine");
}

TEST(Resolve, MoreCandidatesThanBeamsAreAnError) {
  Layers layers;
  layers.Set("generation.num_return_sequences", "3");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "at most generation.num_beams = 1");
}

TEST(Resolve, FeaturesThatAreNotBuiltAreRefusedTogether) {
  Layers layers;
  layers.Set("augmentation.enabled", "true");
  layers.Set("folds.k", "2");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "augmentation.enabled = true (augmentation: not built)");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "folds.k = 2 (cross-validation folds: not built)");
}

TEST(Resolve, FeatureThatIsSwitchedOffExplicitlyIsFine) {
  Layers layers;
  layers.Set("augmentation.enabled", "false");
  layers.Set("generation.do_sample", "false");
  EXPECT_FALSE(layers.Resolve().Bool("augmentation.enabled"));
}

TEST(Resolve, TheFourBitKeysAreActiveWithTheSwitchAlone) {
  Layers layers;
  layers.Set("quantization.bnb_4bit_quant_type", "nf4");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "quantization.load_in_4bit");
  layers.Set("quantization.load_in_4bit", "true");
  EXPECT_EQ(layers.Resolve().Text("quantization.bnb_4bit_quant_type"), "nf4");
}

TEST(Resolve, SeveralModelsAreRefusedAsNotBuilt) {
  Layers layers;
  layers.SetList("experiment.models", {"kobart", "qwen3-4b"});
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "several models in one run: not built");
}

}  // namespace
}  // namespace plumbline::config
