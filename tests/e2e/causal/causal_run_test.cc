// `run` of decoder-only checkpoints on rows of token ids: loss and predictions are those of
// transformers, the ledger counts prompts and continuations, training learns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/e2e/incident/miniature.h"
#include "tests/testing/lines.h"

namespace plumbline::testing {
namespace {

using Ids = std::vector<int64_t>;

std::string Line(const std::string& fname, const Json& prompt, const Json& continuation) {
  return Json{{"fname", fname}, {"input_ids", prompt}, {"labels", continuation}}.dump() + "\n";
}

class CausalRun : public ::testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path Checkpoint() const { return Runfile("tests/golden/causal") / GetParam(); }
  Json Golden(const char* name) const { return ReadJsonFile(Checkpoint() / name); }

  int Run(const std::vector<std::string>& settings) { return Run(settings, Checkpoint()); }
  int Run(const std::vector<std::string>& settings, const std::filesystem::path& checkpoint) {
    const std::string model = "model.path=" + checkpoint.string();
    std::vector<std::string> words = {"run", "--out", out_.string(), "--set", model};
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    const std::vector<std::string> common = {
        "data.train=" + Path("train.jsonl"), "data.validation=" + Path("validation.jsonl"),
        "runtime.threads=1", "runtime.throughput_repetitions=0",
        "training.per_device_train_batch_size=2"};
    for (const std::string& setting : common) words.insert(words.end(), {"--set", setting});
    return mini_.Run(words);
  }

  std::string Path(const char* name) const { return (mini_.path() / name).string(); }

  double Observed(const std::string& name) const {
    const Json all = ReadJsonFile(out_ / "observations.json");
    for (const Json& one : all.at("observations")) {
      if (one.at("name") == name && one.at("class") == "D1") {
        return std::strtod(one.at("values")[0].get<std::string>().c_str(), nullptr);
      }
    }
    ADD_FAILURE() << "no observation " << name;
    return 0;
  }

  std::vector<Json> Predictions() const { return JsonLines(out_ / "predictions.jsonl"); }

  Miniature mini_;
  std::filesystem::path out_ = mini_.path() / "causal_out";
};

TEST_P(CausalRun, TrainsOnContinuationsAndCountsThem) {
  const Json expected = Golden("expected.json");
  std::string lines;
  int64_t prompt_tokens = 0, continuation_tokens = 0;
  for (const Json& item : expected.at("batch")) {
    lines += Line(std::to_string(lines.size()), item.at("input_ids"), item.at("labels"));
    prompt_tokens += static_cast<int64_t>(item.at("input_ids").size());
    continuation_tokens += static_cast<int64_t>(item.at("labels").size());
  }
  const auto num_rows = static_cast<int64_t>(expected.at("batch").size());
  mini_.WriteFile("train.jsonl", lines);
  mini_.WriteFile("validation.jsonl", lines);
  ASSERT_EQ(Run({"training.eval_on_start=true", "training.num_train_epochs=3",
                 "training.learning_rate=3e-3", "generation.max_new_tokens=3"}),
            0);
  const double wanted = expected.at("mean_loss").at("0.0").get<double>();  // transformers'
  EXPECT_NEAR(Observed("base.loss"), wanted, 1e-5 * wanted);
  EXPECT_LT(Observed("eval.loss"), 0.98 * wanted);
  const Json observed = ReadJsonFile(out_ / "ledger.json").at("observed");
  EXPECT_EQ(observed.at("target_tokens"), 3 * continuation_tokens);
  // The last token of a continuation is never fed; the one before the first of them asks for it.
  EXPECT_EQ(observed.at("source_tokens"), 3 * (prompt_tokens - num_rows));
  EXPECT_EQ(observed.at("processed_tokens"), 3 * (prompt_tokens + continuation_tokens - num_rows));
  EXPECT_EQ(observed.at("optimizer_steps"), 3 * num_rows / 2);
}

// Nothing is learnt in one step of a warm-up: the first learning rate is 0, as transformers
// schedules it.
TEST_P(CausalRun, PredictionsAreTheIdsOfTransformers) {
  const Json generation = Golden("generation.json");
  std::string lines;
  for (const Json& prompt : generation.at("prompts")) {
    lines += Line(std::to_string(lines.size()), prompt, Json::array({5, 6}));
  }
  mini_.WriteFile("train.jsonl", lines);
  mini_.WriteFile("validation.jsonl", lines);
  int num_compared = 0;
  for (const Json& one : generation.at("cases")) {
    const Json& config = one.at("config");
    const bool is_plain_greedy =
        config.at("num_beams") == 1 && config.at("repetition_penalty") == 1.0 &&
        config.at("no_repeat_ngram_size") == 0 && !config.contains("min_new_tokens");
    if (!is_plain_greedy) continue;
    ASSERT_EQ(Run({"training.max_steps=1", "training.warmup_steps=1",
                   "generation.max_new_tokens=12", "generation.num_beams=1",
                   "generation.eos_token_id=" + generation.at("eos_token_id").dump()}),
              0);
    const std::vector<Json> predictions = Predictions();
    ASSERT_EQ(predictions.size(), one.at("ids").size());
    for (size_t i = 0; i < predictions.size(); ++i) {
      EXPECT_EQ(predictions[i].at("token_ids"), one.at("ids")[i][0]);
      EXPECT_TRUE(predictions[i].at("prediction").is_null());
      ++num_compared;
    }
  }
  EXPECT_GT(num_compared, 0);
}

// As the published ones are: shards and their index.
TEST_P(CausalRun, AShardedCheckpointTrains) {
  const std::filesystem::path shards = mini_.path() / "shards";
  std::filesystem::create_directory(shards);
  std::filesystem::copy_file(Checkpoint() / "config.json", shards / "config.json");
  std::filesystem::copy_file(Checkpoint() / "model.safetensors",
                             shards / "model-00001-of-00001.safetensors");
  Json index = {{"metadata", Json::object()}, {"weight_map", Json::object()}};
  const Json expected = Golden("expected.json");
  for (const Json& name : expected.at("parameters")) {
    index["weight_map"][name.get<std::string>()] = "model-00001-of-00001.safetensors";
  }
  WriteJsonFile(shards / "model.safetensors.index.json", index);
  const std::string line = Line("one", Json::array({5, 6, 7}), Json::array({8, 2}));
  mini_.WriteFile("train.jsonl", line);
  mini_.WriteFile("validation.jsonl", line);
  const std::vector<std::string> settings = {"training.max_steps=1", "generation.max_new_tokens=2"};
  ASSERT_EQ(Run(settings, shards), 0);
  const auto digest = [&] {
    return ReadJsonFile(out_ / "ledger.json")
        .at("observed")
        .at("checkpoint_digest")
        .get<std::string>();
  };
  const std::string sharded = digest();
  EXPECT_EQ(sharded.size(), 64U);
  ASSERT_EQ(Run(settings), 0);
  EXPECT_NE(digest(), sharded);  // other files
}

INSTANTIATE_TEST_SUITE_P(Families, CausalRun, ::testing::Values("llama_scaled", "qwen3_single"),
                         [](const auto& shape) { return std::string(shape.param); });

}  // namespace
}  // namespace plumbline::testing
