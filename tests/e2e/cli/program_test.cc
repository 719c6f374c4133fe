// The two programs as a person meets them: words in, text and exit status out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/testing/command.h"
#include "tests/testing/temporary_directory.h"

namespace {

std::string plumbline_path;
std::string engine_path;

using Outcome = plumbline::testing::ProgramOutcome;

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(directory_ / "presets");
    Write("presets/tiny.yaml",
          "model: {path: ../checkpoint}\ntraining:\n  gradient_accumulation_steps: 4\n");
    Write("checkpoint/config.json", "{\"model_type\": \"bart\"}");
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((directory_ / name).parent_path());
    plumbline::WriteFileAtomic(directory_ / name, text);
    return (directory_ / name).string();
  }

  // `words` goes through a shell; `environment` are assignments in front.
  Outcome Run(const std::string& program, const std::string& words,
              const std::string& environment = "") {
    return plumbline::testing::RunProgram(environment + " PLUMBLINE_PRESETS=" +
                                              (directory_ / "presets").string() + " " + program + " " + words,
                                          directory_.path());
  }
  Outcome Plumbline(const std::string& words, const std::string& environment = "") {
    return Run(plumbline_path, words, environment);
  }

  plumbline::testing::TemporaryDirectory directory_;
};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Program, HelpGoesToStandardOutputWithStatusZero) {
  const Outcome outcome = Plumbline("--help");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(Contains(outcome.out, "what a configuration resolves to"));
  EXPECT_TRUE(outcome.err.empty());
  EXPECT_TRUE(Contains(Plumbline("config --help").out, "Example:"));
}

TEST_F(Program, NoVerbAndUnknownVerbHaveStatusTwo) {
  EXPECT_EQ(Plumbline("").status, 2);
  const Outcome outcome = Plumbline("confgi");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_TRUE(Contains(outcome.err, "try config"));
}

TEST_F(Program, ShowNamesTheShadowFirst) {
  const Outcome outcome = Plumbline("config show --models tiny --gradient-accumulation-steps 1");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with(
      "Shadowed settings that change results:\n"
      "  training.gradient_accumulation_steps = 1 (command line argument 4 "));
  EXPECT_TRUE(Contains(outcome.out, "shadows 4 (preset "));
}

TEST_F(Program, ShowAsJsonIsTheResolvedConfig) {
  const Outcome outcome = Plumbline("config show --json --models tiny");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const plumbline::Json json = plumbline::ParseJson(outcome.out, "stdout");
  EXPECT_EQ(json["values"]["training.gradient_accumulation_steps"]["value"], 4);
  EXPECT_EQ(json["values"]["training.gradient_accumulation_steps"]["origin"]["line"], 3);
  EXPECT_EQ(json["values"]["model.type"]["value"], "bart");
}

TEST_F(Program, ExplainPrintsOneLineALayer) {
  const std::string suite =
      Write("suite.yaml", "model: {preset: tiny}\ntraining:\n  gradient_accumulation_steps: 2\n");
  const Outcome outcome = Plumbline("config explain training.gradient_accumulation_steps " + suite,
                                    "PLUMBLINE_SET__TRAINING__GRADIENT_ACCUMULATION_STEPS=3");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("training.gradient_accumulation_steps = 3\n"));
  EXPECT_TRUE(Contains(outcome.out,
                       "  3  environment  PLUMBLINE_SET__TRAINING__GRADIENT_ACCUMULATION_STEPS"));
  EXPECT_TRUE(Contains(outcome.out, "<- in force\n  2  suite        " + suite + ":3:32"));
  EXPECT_TRUE(Contains(outcome.out, "shadowed\n  4  preset       "));
  EXPECT_TRUE(Contains(outcome.out, "shadowed\n  1  default      schema"));
}

TEST_F(Program, ExplainOfAnUnknownKeyNamesTheNearest) {
  const Outcome outcome = Plumbline("config explain training.sed");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(Contains(outcome.err, "try 'training.seed'"));
}

TEST_F(Program, DiffTellsDriftFromANote) {
  const std::string a = Write("a.yaml", "training: {seed: 42}\n");
  const std::string b = Write("b.yaml", "training: {seed: 7}\n");
  const std::string none = Write("none.yaml", "");
  const Outcome drift = Plumbline("config diff " + a + " " + b);
  EXPECT_EQ(drift.status, 5);
  EXPECT_TRUE(Contains(drift.out, "Changes results:\n  training.seed  42  ->  7"));
  const Outcome note = Plumbline("config diff " + a + " " + none);
  EXPECT_EQ(note.status, 0);
  EXPECT_TRUE(Contains(note.out, "Same value, other chain:"));
  EXPECT_EQ(Plumbline("config diff " + a + " " + a).out, "No difference.\n");
}

TEST_F(Program, DiffReadsRunDirectories) {
  const std::string a = Write("a.yaml", "training: {seed: 1}\n");
  Write("run/resolved_config.json", Plumbline("config show --json --seed 2").out);
  const Outcome outcome =
      Plumbline("config diff --json " + a + " " + (directory_ / "run").string());
  EXPECT_EQ(outcome.status, 5) << outcome.err;
  const plumbline::Json json = plumbline::ParseJson(outcome.out, "stdout");
  EXPECT_EQ(json["drift"], true);
  EXPECT_EQ(json["differences"][0]["key"], "training.seed");
  EXPECT_EQ(json["differences"][0]["after"]["value"], 2);
}

TEST_F(Program, SchemaListsKeysWithoutWeights) {
  EXPECT_TRUE(
      Contains(Plumbline("config show --schema").out, "training.gradient_accumulation_steps"));
  const plumbline::Json json =
      plumbline::ParseJson(Plumbline("config show --schema --json").out, "stdout");
  EXPECT_EQ(json["keys"]["training.learning_rate"]["default"], 5e-5);
  EXPECT_EQ(json["keys"]["folds.k"]["built"], false);
}

TEST_F(Program, ConfigErrorHasStatusTwoAndOneLine) {
  const Outcome outcome =
      Plumbline("config show " + Write("bad.yaml", "training:\n  seed: \"8\"\n"));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_TRUE(Contains(outcome.err,
                       "bad.yaml:2:9: training.seed: found the text \"8\", wanted an integer"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
}

TEST_F(Program, FullStandardOutputIsNoSuccess) {
  EXPECT_EQ(Plumbline("config show --schema > /dev/full").status, 4);
}

TEST_F(Program, ThePresetOfTheProjectIsFoundFromItsName) {
  const Outcome outcome =
      Run("env -u PLUMBLINE_PRESETS " + plumbline_path, "config show --models kobart-tin");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(Contains(outcome.err, "try 'kobart-tiny'")) << outcome.err;
}

// No machine has a hundred GPUs: one line, exit 2, nothing left behind, whatever LibTorch it is.
TEST_F(Program, ADeviceThatIsNotThereIsRefusedByEveryVerbThatTakesOne) {
  const std::string out = (directory_ / "out").string();
  const std::string data = " --model models/kobart_tiny --data rows.jsonl --out " + out;
  for (const std::string& words :
       {"run --set model.path=models/kobart_tiny --out " + out, "eval" + data, "generate" + data,
        "score" + data, std::string("bench --model models/kobart_tiny --rows 2")}) {
    const Outcome outcome = Run(engine_path, words + " --device cuda:99");
    EXPECT_EQ(outcome.status, 2) << words;
    EXPECT_TRUE(outcome.out.empty()) << words;
    EXPECT_TRUE(Contains(outcome.err, "device 'cuda:99': found ")) << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "; try --device c")) << outcome.err;
    EXPECT_EQ(outcome.err.find("error: "), outcome.err.rfind("error: ")) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(out)) << words;
  }
}

TEST_F(Program, EngineNamesItsLibTorch) {
  const Outcome outcome = Run(engine_path, "--version");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(Contains(outcome.out, "LibTorch 2."));
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 3) return 2;
  plumbline_path = std::filesystem::absolute(argv[1]).string();
  engine_path = std::filesystem::absolute(argv[2]).string();
  return RUN_ALL_TESTS();
}
