#include "harness/cli/arguments.h"

#include <gtest/gtest.h>

#include "harness/config/alias.h"
#include "harness/config/schema.h"

#include "tests/testing/error_matcher.h"

namespace plumbline::cli {
namespace {

Verb Training() {
  Verb verb;
  verb.name = "run";
  verb.positionals = "[CONFIG.yaml...]";
  verb.config_use = ConfigUse::kTraining;
  verb.options = {{"out", "DIR", "where to", true},
                  {"json", "", "as JSON"},
                  {"tag", "T", "a tag", false, true}};
  return verb;
}

Arguments Parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "run");
  return Arguments(Training(), words);
}

std::string Settings(const Arguments& arguments) {
  std::string text;
  for (const config::Argument& argument : arguments.inputs().arguments) {
    text += argument.key + "=";
    for (const std::string& word : argument.words) text += word + ",";
    text += " ";
  }
  return text;
}

TEST(Arguments, OptionsPositionalsAndSettingsMayStandInAnyOrder) {
  const Arguments arguments = Parsed(
      {"a.yaml", "--set", "training.seed=1", "--out", "d", "b.yaml", "--num-beams", "4", "--json"});
  EXPECT_EQ(arguments.Value("out"), "d");
  EXPECT_TRUE(arguments.json());
  EXPECT_EQ(arguments.inputs().files.size(), 2u);
  EXPECT_EQ(Settings(arguments), "training.seed=1, generation.num_beams=4, ");
}

TEST(Arguments, DashesAndUnderscoresAreEqual) {
  EXPECT_EQ(Settings(Parsed({"--out=d", "--num_beams=4", "--max-new_tokens", "9"})),
            "generation.num_beams=4, generation.max_new_tokens=9, ");
}

TEST(Arguments, ListFlagsTakeWordsUpToTheNextFlagOrFile) {
  const Arguments arguments =
      Parsed({"--models", "a", "b", "c.yaml", "--ensemble_weights", "0.7", "0.3", "--out", "d"});
  EXPECT_EQ(Settings(arguments), "experiment.models=a,b, ensemble.weights=0.7,0.3, ");
  EXPECT_EQ(arguments.inputs().files.size(), 1u);
}

TEST(Arguments, BooleanFlagsAreSwitches) {
  EXPECT_EQ(Settings(Parsed({"--use_tta", "--out", "d", "--use-augmentation=false"})),
            "tta.enabled=true, augmentation.enabled=false, ");
}

TEST(Arguments, PlacesCountTheVerbAsZero) {
  const Arguments arguments = Parsed({"--out", "d", "--epochs", "2"});
  EXPECT_EQ(arguments.inputs().arguments[0].index, 3);
  EXPECT_EQ(arguments.inputs().arguments[0].spelled, "--epochs");
}

TEST(Arguments, ValueMayBeANegativeNumberOrHoldAnEqualsSign) {
  EXPECT_EQ(Settings(Parsed({"--out=d", "--length-penalty", "-1", "--set", "experiment.name=a=b"})),
            "generation.length_penalty=-1, experiment.name=a=b, ");
}

TEST(Arguments, UnknownFlagNamesTheNearest) {
  EXPECT_ERROR(Parsed({"--out=d", "--num-beems", "4"}), ErrorKind::kUsage,
               "argument 2: found the unknown flag '--num-beems', wanted a flag of plumbline run; "
               "try --num_beams");
  EXPECT_ERROR(Parsed({"--out=d", "--gradient-acc", "4"}), ErrorKind::kUsage,
               "try --gradient_accumulation_steps");
}

TEST(Arguments, SetNeedsAKnownKeyAndAValue) {
  EXPECT_ERROR(Parsed({"--out=d", "--set", "training.sed=1"}), ErrorKind::kUsage,
               "try 'training.seed'");
  EXPECT_ERROR(Parsed({"--out=d", "--set", "training.seed"}), ErrorKind::kUsage,
               "wanted --set key=value");
  EXPECT_ERROR(Parsed({"--out=d", "--set"}), ErrorKind::kUsage, "found no value");
}

TEST(Arguments, MissingAndDoubledOptionsAreErrors) {
  EXPECT_ERROR(Parsed({}), ErrorKind::kUsage, "found no --out, wanted --out DIR");
  EXPECT_ERROR(Parsed({"--out"}), ErrorKind::kUsage, "found no value, wanted DIR");
  EXPECT_ERROR(Parsed({"--out", "--json"}), ErrorKind::kUsage, "found no value");
  EXPECT_ERROR(Parsed({"--out=a", "--out=b"}), ErrorKind::kUsage, "a second --out");
  EXPECT_ERROR(Parsed({"--out=a", "--json=yes"}), ErrorKind::kUsage, "the switch alone");
}

TEST(Arguments, RepeatingOptionsKeepTheirOrder) {
  EXPECT_EQ(Parsed({"--out=d", "--tag", "b", "--tag=a"}).Values("tag"),
            (std::vector<std::string>{"b", "a"}));
}

TEST(Arguments, VerbWithoutPositionalsRefusesThem) {
  Verb verb;
  verb.name = "check";
  EXPECT_ERROR(Arguments(verb, {"check", "#"}), ErrorKind::kUsage, "found the word '#'");
  EXPECT_ERROR(Arguments(verb, {"check", "--seed", "1"}), ErrorKind::kUsage,
               "unknown flag '--seed'");
}

TEST(Arguments, GenerationVerbsRefuseFlagsOfTraining) {
  Verb verb = Training();
  verb.config_use = ConfigUse::kGeneration;
  EXPECT_EQ(Settings(Arguments(verb, {"eval", "--out=d", "--batch-size", "3"})),
            "training.per_device_eval_batch_size=3, ");
  EXPECT_ERROR(Arguments(verb, {"eval", "--out=d", "--epochs", "3"}), ErrorKind::kUsage,
               "unknown flag '--epochs'");
}

// The command lines of the two experiment reports: every flag is read, none is ignored, each
// unbuilt one is named.
TEST(Arguments, CommandLinesOfTheReportsAreRefusedFlagByFlag) {
  const Arguments first = Parsed({"--out=d",
                                  "--mode",
                                  "full",
                                  "--models",
                                  "kobart",
                                  "llama-3.2-korean-3b",
                                  "qwen3-4b",
                                  "--epochs",
                                  "2",
                                  "--batch_size",
                                  "10",
                                  "--learning_rate",
                                  "2e-5",
                                  "--gradient_accumulation_steps",
                                  "1",
                                  "--warmup_ratio",
                                  "0.1",
                                  "--use_augmentation",
                                  "--augmentation_methods",
                                  "back_translation",
                                  "--augmentation_ratio",
                                  "0.1",
                                  "--k_folds",
                                  "2",
                                  "--fold_seed",
                                  "42",
                                  "--ensemble_strategy",
                                  "stacking",
                                  "--use_tta",
                                  "--tta_strategies",
                                  "paraphrase",
                                  "--tta_num_aug",
                                  "2",
                                  "--max_train_samples",
                                  "2500",
                                  "--num_beams",
                                  "4",
                                  "--save_visualizations",
                                  "--experiment_name",
                                  "NAME",
                                  "--seed",
                                  "42"});
  for (const char* flag : {"--models", "--use_augmentation", "--augmentation_methods",
                           "--augmentation_ratio", "--k_folds", "--ensemble_strategy", "--use_tta",
                           "--tta_strategies", "--tta_num_aug", "--save_visualizations"}) {
    EXPECT_ERROR(first.Resolve(), ErrorKind::kUsage, std::string("(") + flag + "): ");
  }
  const Arguments second = Parsed({"--out=d",
                                   "--mode",
                                   "full",
                                   "--models",
                                   "kobart",
                                   "llama-3.2-korean-3b",
                                   "qwen3-4b",
                                   "--augmentation_methods",
                                   "back_translation",
                                   "paraphrase",
                                   "--ensemble_strategy",
                                   "weighted_avg",
                                   "--ensemble_weights",
                                   "0.7",
                                   "0.15",
                                   "0.15",
                                   "--tta_strategies",
                                   "paraphrase",
                                   "reorder",
                                   "--max_length",
                                   "150",
                                   "--num_beams",
                                   "2"});
  EXPECT_ERROR(second.Resolve(), ErrorKind::kUsage,
               "ensemble.weights = [0.7, 0.15, 0.15] (ensembles: not built)");
  EXPECT_ERROR(second.Resolve(), ErrorKind::kUsage, "tta.strategies = [paraphrase, reorder]");
}

// A word that the key takes and that is not its default.
std::vector<std::string> SampleWords(const config::KeySpec& spec) {
  switch (spec.type) {
    case config::Type::kBool:
      return {};
    case config::Type::kFloat:
    case config::Type::kFloatList:
      return {"0.5"};
    case config::Type::kChoice:
      return {config::Choices(spec).back()};
    case config::Type::kInt:
      return {"3"};
    default:
      return {"true"};
  }
}

// One flag alone: it is in force, or refused by the name of what is missing; never ignored.
void ExpectHonoured(const config::Alias& alias) {
  const config::KeySpec& spec = *config::FindKey(alias.key);
  std::vector<std::string> words = {"--out=d", "--" + alias.flag};
  for (const std::string& word : SampleWords(spec)) words.push_back(word);
  if (spec.active == "generation.num_beams > 1" || alias.flag == "num_return_sequences")
    words.insert(words.end(), {"--num_beams", "4"});
  const Arguments arguments = Parsed(words);
  if (!spec.feature.empty()) {
    EXPECT_ERROR(arguments.Resolve(), ErrorKind::kUsage, "(" + spec.feature + ": not built)");
    EXPECT_ERROR(arguments.Resolve(), ErrorKind::kUsage, "(--" + alias.flag + ")");
    return;
  }
  if (alias.flag == "models") {  // the word names a preset
    EXPECT_EQ(Settings(arguments), "experiment.models=true, ");
    return;
  }
  const config::Resolved resolved = arguments.Resolve();
  EXPECT_TRUE(resolved.IsExplicit(alias.key)) << alias.flag;
  EXPECT_NE(resolved.Value(alias.key), spec.default_value) << alias.flag;
}

TEST(Arguments, EveryFlagIsInForceOrRefusedByName) {
  size_t built = 0;
  for (const config::Alias& alias : config::Aliases()) {
    if (config::FindAlias(alias.flag, true) != &alias) continue;
    SCOPED_TRACE(alias.flag);
    ExpectHonoured(alias);
    if (config::FindKey(alias.key)->feature.empty()) ++built;
  }
  EXPECT_GE(built, 15u);
}

TEST(Arguments, DataNamesTheTrainingRowsAndNothingElse) {
  const config::Resolved resolved = Parsed({"--out=d", "--data", "my.jsonl"}).Resolve();
  EXPECT_EQ(resolved.Text("data.train"), "my.jsonl");
  EXPECT_FALSE(resolved.Has("data.validation"));
}

TEST(Arguments, WithoutDataTrainingTakesTheFixedDataAndGenerationTakesNone) {
  const config::Resolved resolved = Parsed({"--out=d"}).Resolve();
  EXPECT_EQ(resolved.Text("data.train"), "harness/data/korean/dataset/train.jsonl");
  EXPECT_EQ(resolved.Text("data.validation"), "harness/data/korean/dataset/validation.jsonl");
  EXPECT_FALSE(resolved.IsExplicit("data.train"));
  Verb verb = Training();
  verb.config_use = ConfigUse::kGeneration;
  EXPECT_FALSE(Arguments(verb, {"eval", "--out=d"}).Resolve().Has("data.train"));
}

TEST(Arguments, BuiltFlagsOfTheReportsResolve) {
  const config::Resolved resolved = Parsed({"--out=d", "--mode",
                                            "full",    "--epochs",
                                            "2",       "--batch_size",
                                            "10",      "--learning_rate",
                                            "2e-5",    "--gradient_accumulation_steps",
                                            "1",       "--warmup_ratio",
                                            "0.1",     "--max_train_samples",
                                            "2500",    "--num_beams",
                                            "4",       "--max_length",
                                            "150",     "--experiment_name",
                                            "NAME",    "--seed",
                                            "42"})
                                        .Resolve();
  EXPECT_EQ(resolved.Number("training.learning_rate"), 2e-5);
  EXPECT_EQ(resolved.Int("training.per_device_train_batch_size"), 10);
  EXPECT_EQ(resolved.Int("data.max_train_samples"), 2500);
  EXPECT_EQ(resolved.Int("generation.max_length"), 150);
  EXPECT_EQ(resolved.Text("experiment.name"), "NAME");
  EXPECT_TRUE(resolved.IsExplicit("training.gradient_accumulation_steps"));
}

}  // namespace
}  // namespace plumbline::cli
