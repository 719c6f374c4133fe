// Incidents of other harnesses (how a setting was overridden in silence there), each as a case that
// goes right here.
#include <gtest/gtest.h>

#include "harness/config/compare.h"
#include "tests/testing/error_matcher.h"
#include "tests/unit/config/fixture.h"

namespace plumbline::config {
namespace {

constexpr char kAccumulation[] = "training.gradient_accumulation_steps";

// huggingface/trl#1733: the file's 4 beat an explicit 1, because 1 is the default.
TEST(Incidents, ExplicitValueEqualToTheDefaultBeatsTheFile) {
  Layers layers;
  layers.Suite("training: {gradient_accumulation_steps: 4}");
  layers.Set(kAccumulation, "1");
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Int(kAccumulation), 1);
  EXPECT_TRUE(resolved.IsExplicit(kAccumulation));
  ASSERT_EQ(resolved.At(kAccumulation).shadowed.size(), 2u);
  EXPECT_EQ(resolved.At(kAccumulation).shadowed[0].value, 4);
}

TEST(Incidents, ExplicitDefaultIsToldFromNotGiven) {
  Layers layers;
  EXPECT_FALSE(layers.Resolve().IsExplicit(kAccumulation));
  layers.Set(kAccumulation, "1");
  EXPECT_TRUE(layers.Resolve().IsExplicit(kAccumulation));
}

// intel/llm-on-ray#98, ml-explore/mlx-examples#1196: a file beat the command line, defaults beat
// the file.
TEST(Incidents, EveryLayerBeatsTheOnesBelowIt) {
  Layers layers;
  layers.Checkpoint("generation_config.json", "{\"num_beams\": 2}");
  layers.Preset("model: {path: ../checkpoint}\ngeneration: {num_beams: 3}");
  layers.Write("included.yaml", "generation: {num_beams: 4}");
  layers.Suite("include: [included.yaml]\nmodel: {preset: tiny}\ngeneration: {num_beams: 5}");
  layers.Variable("PLUMBLINE_SET__GENERATION__NUM_BEAMS", "6");
  layers.Set("generation.num_beams", "7");
  const Entry entry = layers.Resolve().At("generation.num_beams");
  EXPECT_EQ(entry.value, 7);
  EXPECT_EQ(entry.origin.layer, Layer::kCommandLine);
  std::vector<std::pair<Layer, Json>> shadowed;
  for (const Shadow& shadow : entry.shadowed)
    shadowed.emplace_back(shadow.origin.layer, shadow.value);
  const std::vector<std::pair<Layer, Json>> wanted = {
      {Layer::kEnvironment, 6}, {Layer::kSuite, 5},      {Layer::kInclude, 4},
      {Layer::kPreset, 3},      {Layer::kCheckpoint, 2}, {Layer::kDefault, 1}};
  EXPECT_EQ(shadowed, wanted);
}

// Accelerate: ACCELERATE_GRADIENT_ACCUMULATION_STEPS wins over the argument.
TEST(Incidents, VariableNeverBeatsAnArgument) {
  Layers layers;
  layers.Variable("PLUMBLINE_SET__TRAINING__GRADIENT_ACCUMULATION_STEPS", "4");
  EXPECT_EQ(layers.Resolve().Int(kAccumulation), 4);
  layers.Set(kAccumulation, "1");
  EXPECT_EQ(layers.Resolve().Int(kAccumulation), 1);
}

TEST(Incidents, VariablesOfOtherProgramsAreNoSettings) {
  Layers layers;
  layers.Variable("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "4");
  layers.Variable("GRADIENT_ACCUMULATION_STEPS", "4");
  EXPECT_EQ(layers.Resolve().At(kAccumulation).origin.layer, Layer::kDefault);
}

// A variable with a slip in its name changed nothing, and nobody was told.
TEST(Incidents, MisspelledVariableIsAnError) {
  Layers layers;
  layers.Variable("PLUMBLINE_SET__TRANING__SEED", "1");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "try PLUMBLINE_SET__TRAINING__SEED");
}

TEST(Incidents, VariableThatOnlyLooksLikeASettingIsAnError) {
  for (const char* name :
       {"PLUMBLINE_SET_TRAINING__SEED", "PLUMBLINE_TRAINING__SEED", "PLUMBLINE_SET"}) {
    Layers layers;
    layers.Variable(name, "1");
    EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, name);
  }
}

// HfArgumentParser loads SCRIPT.args when it exists; other tools load a config from the working
// directory.
TEST(Incidents, FilesNobodyNamedAreNotRead) {
  Layers layers;
  layers.Suite("training: {seed: 7}");
  layers.Write("suite.args", "--seed 8");
  layers.Write("plumbline.yaml", "training: {seed: 9}");
  layers.Write("config.yaml", "training: {seed: 10}");
  EXPECT_EQ(layers.Resolve().Int("training.seed"), 7);
}

// axolotl: `on` became false, because only true, 1 and yes counted; yaml-cpp itself takes it for
// true.
TEST(Incidents, BooleanSpelledOnIsAnError) {
  for (const char* word : {"on", "off", "yes", "no", "y", "True", "TRUE", "1", "\"true\""}) {
    Layers layers;
    layers.Suite(std::string("data:\n  shuffle: ") + word);
    EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "suite.yaml:2:12: data.shuffle");
  }
}

// hiyouga/LlamaFactory#1116: the string "8" against 8, printed alike.
TEST(Incidents, QuotedNumberIsTextAndRefused) {
  Layers layers;
  layers.Suite("training:\n  per_device_train_batch_size: \"8\"");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage, "found the text \"8\", wanted an integer");
}

// axolotl: a failed cast to int kept the string.
TEST(Incidents, UnparsableNumberIsAnError) {
  Layers layers;
  layers.Set(kAccumulation, "four");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "argument 1 (--set training.gradient_accumulation_steps=four)");
}

// hiyouga/LlamaFactory#5392: a '#' swallowed what followed it.
TEST(Incidents, HashInsideAValueIsKept) {
  Layers layers;
  layers.Suite(
      "data:\n  train: rows#1.jsonl\n  test: \"rows #2.jsonl\"  # a comment\n"
      "training:\n  seed: 3  # also one\n");
  layers.Set("data.validation", "rows #3.jsonl");
  layers.Variable("PLUMBLINE_SET__EXPERIMENT__NAME", "a # b");
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Text("data.train"), "rows#1.jsonl");
  EXPECT_EQ(resolved.Text("data.test"), "rows #2.jsonl");
  EXPECT_EQ(resolved.Text("data.validation"), "rows #3.jsonl");
  EXPECT_EQ(resolved.Text("experiment.name"), "a # b");
  EXPECT_EQ(resolved.Int("training.seed"), 3);
}

// axolotl and LLaMA-Factory skip unknown keys; a key nobody reads changes nothing either.
TEST(Incidents, UnknownKeyNamesTheNearest) {
  Layers layers;
  layers.Suite("training:\n  gradient_acumulation_steps: 4");
  EXPECT_ERROR(
      layers.Resolve(), ErrorKind::kUsage,
      "suite.yaml:2:3: found the unknown key 'training.gradient_acumulation_steps', wanted a key "
      "of the "
      "schema (plumbline config show --schema); try 'training.gradient_accumulation_steps'");
}

TEST(Incidents, KeyNobodyReadsIsListed) {
  Layers layers;
  layers.Set("training.weight_decay", "0.1");
  layers.Set("training.seed", "1");
  const Resolved resolved = layers.Resolve();
  EXPECT_EQ(resolved.Int("training.seed"), 1);
  EXPECT_EQ(resolved.UnreadKeys(), std::vector<std::string>{"training.weight_decay"});
}

// transformers#43708: the checkpoint's batch size came back on resume; 8 planned steps became 32.
TEST(Incidents, ResumedBatchSizeIsRefusedByName) {
  Layers saved;
  saved.Suite("training: {per_device_train_batch_size: 4}");
  Layers now;
  now.Suite("training: {per_device_train_batch_size: 1}");
  EXPECT_ERROR(RequireSameOnResume(saved.Resolve(), now.Resolve(), "run/checkpoint-8"),
               ErrorKind::kUsage,
               "resuming from 'run/checkpoint-8': found training.per_device_train_batch_size saved "
               "as 4 (suite");
  EXPECT_NO_THROW(RequireSameOnResume(saved.Resolve(), saved.Resolve(), "run/checkpoint-8"));
}

// Lightning CLI and Hydra: whether a file or a flag wins depends on which stands first.
TEST(Incidents, OrderOfFilesAndArgumentsNeverMatters) {
  Layers layers;
  const std::string a = layers.Suite("training: {seed: 1}", "a.yaml");
  const std::string b = layers.Suite("training: {weight_decay: 0.1}", "b.yaml");
  layers.Set("training.seed", "2");
  layers.Set("training.learning_rate", "0.5");
  const Resolved forward = layers.Resolve();
  std::swap(layers.inputs().files[0], layers.inputs().files[1]);
  std::swap(layers.inputs().arguments[0], layers.inputs().arguments[1]);
  EXPECT_TRUE(Compare(forward, layers.Resolve()).empty());
}

TEST(Incidents, TwoFilesOfOneLayerWithOneKeyAreAnError) {
  Layers layers;
  layers.Suite("training: {seed: 1}", "a.yaml");
  layers.Suite("training: {seed: 1}", "b.yaml");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "training.seed a second time in the suite layer (first at ");
}

TEST(Incidents, TwoIncludedFilesWithOneKeyAreAnError) {
  Layers layers;
  layers.Write("a.yaml", "training: {seed: 1}");
  layers.Write("b.yaml", "training: {seed: 2}");
  layers.Suite("include: [a.yaml, b.yaml]");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "training.seed a second time in the include layer");
}

TEST(Incidents, OneKeyTwiceOnTheCommandLineIsAnError) {
  Layers layers;
  layers.Set("training.seed", "1");
  layers.Set("training.seed", "2");
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "argument 2 (--set training.seed=2): found training.seed a second");
}

// DeepSpeed: an integer division decides a third value from two given ones. Here nothing is fixed
// up.
TEST(Incidents, DerivedValueThatDisagreesIsAnErrorWithTheFormula) {
  Layers layers;
  layers.Preset("training: {seed: 1}");
  layers.Write("presets/other.yaml", "training: {seed: 1}");
  layers.Suite("model:\n  preset: other");
  layers.SetList("experiment.models", {"tiny"});
  EXPECT_ERROR(layers.Resolve(), ErrorKind::kUsage,
               "wanted tiny, which follows from experiment.models");
}

}  // namespace
}  // namespace plumbline::config
