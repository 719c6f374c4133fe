// The verbs generate, score and eval as a person runs them: files in, files out, exit status, one
// clear error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/e2e/incident/miniature.h"
#include "tests/testing/lines.h"

namespace plumbline::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Inference : public ::testing::Test {
 protected:
  Inference() { UseCheckpoint("single"); }

  // The rows of the checkpoint's goldens as rows.jsonl; the checkpoint as --model.
  void UseCheckpoint(const std::string& name) {
    model_ = Runfile("tests/golden/bart/" + name).string();
    mini_.WriteFile("rows.jsonl", DataLines(ReadJsonFile(model_ + "/expected.json").at("batch")));
  }

  // `plumbline VERB --model M --data rows.jsonl WORDS`, in the test's folder; stdout and stderr are
  // kept.
  int Run(const std::string& verb, const std::string& words) {
    return Shell(verb + " --model " + model_ + " --data rows.jsonl " + words);
  }

  int Shell(const std::string& words) { return mini_.Plumbline(words); }

  std::string Stderr() const { return ReadFile(mini_.path() / "err.txt"); }

  // Wanted: this status, one error that holds `text`, and no output file.
  void ExpectRefused(int status, const std::string& text) {
    EXPECT_EQ(status, 2) << Stderr();
    EXPECT_THAT(Stderr(),
                AllOf(HasSubstr(text), HasSubstr("found"), HasSubstr("wanted"), HasSubstr("try")));
    for (const auto& entry : std::filesystem::directory_iterator(mini_.path())) {
      EXPECT_THAT(entry.path().filename().string(),
                  AllOf(Not(HasSubstr("result")), Not(HasSubstr(".tmp"))));
    }
  }

  Miniature mini_;
  std::string model_;
};

std::string Flags(const Json& arguments) {
  std::string text;
  for (const auto& [key, value] : arguments.items()) {
    text += " --" + key + " " + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

TEST_F(Inference, GenerateEqualsTransformersOnTheCheckpointAsItWasSaved) {
  for (const Json& golden : ReadJsonFile(Runfile("tests/golden/generation/as_saved.json"))) {
    UseCheckpoint(golden["checkpoint"]);
    for (const Json& one : golden["cases"]) {
      ASSERT_EQ(Run("generate", "--out result.jsonl --batch-size 3" + Flags(one["arguments"])), 0)
          << Stderr();
      const std::vector<Json> lines = JsonLines(mini_.path() / "result.jsonl");
      ASSERT_EQ(lines.size(), one["ids"].size());
      for (size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i]["fname"], "row" + std::to_string(i));
        EXPECT_EQ(lines[i]["token_ids"], one["ids"][i]) << golden["checkpoint"] << one["arguments"];
        EXPECT_TRUE(lines[i]["prediction"].is_null());
        EXPECT_EQ(lines[i]["score"].is_null(), !one["arguments"].contains("num_beams"));
        EXPECT_EQ(lines[i].contains("candidates"),
                  one["arguments"].contains("num_return_sequences"));
      }
    }
  }
}

TEST_F(Inference, ScoreEqualsTransformersRowByRow) {
  for (const Json& golden : ReadJsonFile(Runfile("tests/golden/generation/as_saved.json"))) {
    UseCheckpoint(golden["checkpoint"]);
    ASSERT_EQ(Run("score", "--out result.jsonl"), 0) << Stderr();
    const std::vector<Json> lines = JsonLines(mini_.path() / "result.jsonl");
    ASSERT_EQ(lines.size(), golden["scores"].size());
    for (size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(lines[i].size(), 3U);
      EXPECT_EQ(lines[i]["fname"], "row" + std::to_string(i));
      EXPECT_EQ(lines[i]["tokens"], golden["scores"][i]["tokens"]);
      EXPECT_NEAR(lines[i]["nll"].get<double>(), golden["scores"][i]["nll"].get<double>(), 1e-4);
    }
  }
}

TEST_F(Inference, EvalWritesItsDirectoryAndTheMeanLossOfTransformers) {
  ASSERT_EQ(Run("eval", "--out evaluation --json --max-new-tokens 6"), 0) << Stderr();
  const Json printed = ParseJson(ReadFile(mini_.path() / "out.txt"), "stdout");
  EXPECT_EQ(printed, ReadJsonFile(mini_.path() / "evaluation/all_results.json"));
  const Json golden = ReadJsonFile(Runfile("tests/golden/generation/as_saved.json"));
  double nll = 0;
  int64_t tokens = 0;
  for (const Json& row : golden[0]["scores"]) {
    nll += row["nll"].get<double>();
    tokens += row["tokens"].get<int64_t>();
  }
  EXPECT_EQ(golden[0]["checkpoint"], "single");
  EXPECT_NEAR(printed["eval_loss"].get<double>(), nll / static_cast<double>(tokens), 1e-5);
  EXPECT_EQ(printed["target_tokens"], tokens);
  EXPECT_EQ(printed["n"], 4);
  EXPECT_FALSE(printed.contains("rouge"));  // rows of token ids have no text
  EXPECT_GT(printed["speed"]["generate_tokens_per_s"].get<double>(), 0);
  EXPECT_EQ(JsonLines(mini_.path() / "evaluation/predictions.jsonl").size(), 4U);
  const Json values = ReadJsonFile(mini_.path() / "evaluation/resolved_config.json")["values"];
  EXPECT_EQ(values["generation.forced_eos_token_id"]["origin"]["layer"], "checkpoint");
  EXPECT_EQ(values["generation.max_new_tokens"]["origin"]["layer"], "command line");
  EXPECT_THAT(Stderr(), Not(HasSubstr("warning")));
}

TEST_F(Inference, EvalOfTextHasTheRougeOfItsPredictions) {
  mini_.WriteFile(
      "rows.jsonl",
      R"({"fname":"a","dialogue":"#Person1#: 내일 세 시에 만나요.","summary":"내일 만난다."}
{"fname":"b","dialogue":"#Person1#: 책을 샀어요.\n#Person2#: 좋네요.","summary":["책을 샀다.","책을 산다."]}
)");
  model_ = Runfile("models/kobart_tiny").string();
  ASSERT_EQ(Run("eval", "--out evaluation --max-new-tokens 12"), 0) << Stderr();
  EXPECT_THAT(ReadFile(mini_.path() / "out.txt"),
              AllOf(HasSubstr("2 rows"), HasSubstr("syllable"), HasSubstr("rougeLsum")));
  const Json results = ReadJsonFile(mini_.path() / "evaluation/all_results.json");
  for (const Json& line : JsonLines(mini_.path() / "evaluation/predictions.jsonl"))
    EXPECT_TRUE(line["prediction"].is_string());
  ASSERT_EQ(Shell("rouge --predictions evaluation/predictions.jsonl --references rows.jsonl "
                  "--tokenizer syllable --json"),
            0);
  const Json rouge = ParseJson(ReadFile(mini_.path() / "out.txt"), "stdout");
  for (const char* type : {"rouge1", "rouge2", "rougeL", "rougeLsum"}) {
    EXPECT_EQ(rouge[type]["f1"], results["rouge"]["syllable"][type]["f1"]) << type;
  }
}

TEST_F(Inference, APrefixIsPartOfEverySource) {
  const std::string row = R"({"fname":"a","dialogue":"DIALOGUE","summary":"내일 만난다."})"
                          "\n";
  const auto nll_of = [&](const std::string& dialogue, const std::string& words) {
    std::string line = row;
    line.replace(line.find("DIALOGUE"), 8, dialogue);
    mini_.WriteFile("rows.jsonl", line);
    EXPECT_EQ(Run("score", "--out result.jsonl " + words), 0) << Stderr();
    return JsonLines(mini_.path() / "result.jsonl").at(0)["nll"].get<double>();
  };
  model_ = Runfile("models/kobart_tiny").string();
  const double plain = nll_of("세 시에 만나요.", "");
  EXPECT_EQ(nll_of("요약: 세 시에 만나요.", ""),
            nll_of("세 시에 만나요.", "--set 'prompt.template=요약: {dialogue}'"));
  EXPECT_NE(nll_of("요약: 세 시에 만나요.", ""), plain);
  EXPECT_EQ(nll_of("세 시에 만나요.", "--set 'prompt.template={dialogue}'"), plain);
}

TEST_F(Inference, PromptsThatCannotBeAreRefused) {
  mini_.WriteFile("rows.jsonl",
                  R"({"fname":"a","dialogue":"세 시에 만나요.","summary":"내일 만난다."})"
                  "\n");
  model_ = Runfile("models/kobart_tiny").string();
  ExpectRefused(Run("score", "--out result.jsonl --set prompt.style=qwen3"),
                "no token <|im_start|>");
  ExpectRefused(Run("score", "--out result.jsonl --set prompt.style=qwen"), "qwen3");
  ExpectRefused(Run("score", "--out result.jsonl --set prompt.few_shot=2"), "data.train");
  ExpectRefused(Run("score", "--out result.jsonl --set prompt.template=sumarize"), "'summarize'");
  ExpectRefused(Run("score", "--out result.jsonl --set prompt.enable_thinking=true"),
                "prompt.enable_thinking");
  ExpectRefused(
      Run("generate",
          "--out result.jsonl --set generation.eos_token_id=5 --set prompt.template=dialogue"),
      "generation.eos_token_id");
}

TEST_F(Inference, ConfigExplainNamesTheCheckpointsFile) {
  std::filesystem::create_directory(mini_.path() / "checkpoint");
  mini_.WriteFile("checkpoint/config.json", "{\"model_type\": \"bart\"}");
  mini_.WriteFile("checkpoint/generation_config.json", "{\n  \"num_beams\": 5\n}\n");
  ASSERT_EQ(Shell("config explain generation.num_beams --set model.path=checkpoint"), 0)
      << Stderr();
  EXPECT_THAT(ReadFile(mini_.path() / "out.txt"),
              AllOf(HasSubstr("generation.num_beams = 5"),
                    HasSubstr("checkpoint/generation_config.json:2:16")));
}

TEST_F(Inference, AFlagThatShadowsTheCheckpointIsSaid) {
  ASSERT_EQ(Run("generate",
                "--out result.jsonl --set generation.forced_eos_token_id=7 --max-new-tokens 3"),
            0);
  EXPECT_THAT(Stderr(), HasSubstr("override: generation.forced_eos_token_id = 7"));
  for (const Json& line : JsonLines(mini_.path() / "result.jsonl")) {
    if (line["token_ids"].size() == 3) {
      EXPECT_EQ(line["token_ids"].back(), 7);
    }
  }
}

TEST_F(Inference, SamplingIsSeededAndWhateverTheBatchTheSame) {
  const std::string draw =
      " --do-sample --temperature 1.5 --num-return-sequences 3 --max-new-tokens 6 --out ";
  ASSERT_EQ(Run("generate", "--seed 5 --batch-size 1" + draw + "a.jsonl"), 0) << Stderr();
  ASSERT_EQ(Run("generate", "--seed 5 --batch-size 4" + draw + "b.jsonl"), 0);
  ASSERT_EQ(Run("generate", "--seed 6 --batch-size 4" + draw + "c.jsonl"), 0);
  EXPECT_EQ(ReadFile(mini_.path() / "a.jsonl"), ReadFile(mini_.path() / "b.jsonl"));
  EXPECT_NE(ReadFile(mini_.path() / "a.jsonl"), ReadFile(mini_.path() / "c.jsonl"));
  EXPECT_EQ(JsonLines(mini_.path() / "a.jsonl")[0]["candidates"].size(), 3U);
}

TEST_F(Inference, ScoredSamplingIsWarnedAbout) {
  ASSERT_EQ(Run("eval", "--out evaluation --do-sample"), 0) << Stderr();
  EXPECT_THAT(Stderr(), HasSubstr("warning: generation.do_sample is true"));
}

TEST_F(Inference, AFlagThatDoesNothingIsSaid) {
  ASSERT_EQ(Run("score", "--out result.jsonl --num-beams 3"), 0) << Stderr();
  EXPECT_THAT(Stderr(), HasSubstr("warning: nothing read the setting generation.num_beams"));
}

TEST_F(Inference, AnAdapterThatIsNotThereIsOneErrorThatNamesIt) {
  ExpectRefused(Run("generate", "--out result.jsonl --adapter somewhere"), "adapter_config.json");
  ExpectRefused(Run("score", "--out result.jsonl --adapter somewhere"), "adapter_config.json");
}

TEST_F(Inference, WrongUseIsOneErrorThatNamesIt) {
  ExpectRefused(Run("generate", ""), "no --out");
  ExpectRefused(Run("generate", "--out result.jsonl --num-beens 3"), "--num_beams");
  ExpectRefused(Run("generate", "--out result.jsonl --num-beams three"), "generation.num_beams");
  ExpectRefused(Run("generate", "--out result.jsonl --device tpu"), "runtime.device");
  ExpectRefused(Run("generate", "--out result.jsonl --do-sample --num-beams 2"),
                "within a beam search");
  ExpectRefused(Run("generate", "--out result.jsonl --max-new-tokens 4000"),
                "max_position_embeddings");
  ExpectRefused(Shell("generate --data rows.jsonl --out result.jsonl"), "--model DIR");
  ExpectRefused(Shell("generate --model " + model_ + " --out result.jsonl"), "--data FILE");
}

TEST_F(Inference, BadDataIsOneErrorWithItsPlace) {
  ExpectRefused(Shell("score --model " + model_ + " --data none.jsonl --out result.jsonl"),
                "none.jsonl");
  mini_.WriteFile("rows.jsonl", "{\"input_ids\": [5]}\n");
  ExpectRefused(Run("generate", "--out result.jsonl"), "'fname'");
  mini_.WriteFile(
      "rows.jsonl",
      "{\"fname\": \"a\", \"input_ids\": [5]}\n{\"fname\": \"a\", \"input_ids\": [6]}\n");
  ExpectRefused(Run("generate", "--out result.jsonl"), "'rows.jsonl':2");
  mini_.WriteFile("rows.jsonl", "{\"fname\": \"a\", \"input_ids\": [5, 99999]}\n");
  ExpectRefused(Run("generate", "--out result.jsonl"), "99999");
  mini_.WriteFile("rows.jsonl", "{\"fname\": \"a\", \"input_ids\": [5]}\n");
  ExpectRefused(Run("score", "--out result.jsonl"), "'labels'");
  EXPECT_EQ(Run("generate", "--out result.jsonl"), 0)
      << Stderr();  // nothing to compare with is needed
}

TEST_F(Inference, TextWithoutATokenizerIsRefused) {
  mini_.WriteFile("rows.jsonl", "{\"fname\": \"a\", \"dialogue\": \"b: c\", \"summary\": \"d\"}\n");
  ExpectRefused(Run("generate", "--out result.jsonl"), "tokenizer.path");
}

TEST_F(Inference, MissingWeightsAreOneErrorThatNamesThem) {
  std::filesystem::create_directory(mini_.path() / "checkpoint");
  mini_.WriteFile("checkpoint/config.json", ReadFile(model_ + "/config.json"));
  model_ = "checkpoint";
  ExpectRefused(Run("generate", "--out result.jsonl"), "model.safetensors");
  model_ = "nowhere";
  ExpectRefused(Run("generate", "--out result.jsonl"), "nowhere");
}

// No flag is needed, and the flag changes nothing.
TEST_F(Inference, ACheckpointIn4BitsIsUsedAsItIs) {
  const auto golden = Runfile("tests/golden/qlora/llama_fp4/expected.json").parent_path();
  const Json expected = ReadJsonFile(golden / "expected.json");
  Json rows = Json::array();
  for (const Json& row : expected.at("rows")) {
    const auto ids = row.at("decoder_input_ids").get<std::vector<int64_t>>();
    rows.push_back({{"input_ids", Json::array({ids.front()})},
                    {"labels", std::vector<int64_t>(ids.begin() + 1, ids.end())}});
  }
  mini_.WriteFile("rows.jsonl", DataLines(rows));
  const auto scores = [&](const std::string& checkpoint, const std::string& words) {
    model_ = (golden / checkpoint).string();
    EXPECT_EQ(Run("score", "--threads 1 --out result.jsonl " + words), 0) << Stderr();
    return ReadFile(mini_.path() / "result.jsonl");
  };
  const std::string stored = scores("quantized", "");
  EXPECT_THAT(Stderr(), HasSubstr("as the checkpoint holds them"));
  EXPECT_EQ(scores("quantized", "--set quantization.load_in_4bit=true"), stored);
  EXPECT_NE(scores("base", ""), stored);
  EXPECT_THAT(Stderr(), Not(HasSubstr("4 bits")));
}

}  // namespace
}  // namespace plumbline::testing
