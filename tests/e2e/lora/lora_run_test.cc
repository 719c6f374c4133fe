// LoRA from the command line: train, resume, go on, and use the adapter with eval, generate, score.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/e2e/incident/miniature.h"
#include "tests/testing/lines.h"

namespace plumbline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LoraRun : public ::testing::TestWithParam<const char*> {
 protected:
  LoraRun() : golden_(Runfile("tests/golden/lora") / GetParam()) {
    expected_ = ReadJsonFile(golden_ / "expected.json");
    const auto base = expected_.at("base").get<std::string>();
    model_ = Runfile("tests/golden/" + base + "/config.json").parent_path();
    mini_.WriteFile("rows.jsonl", DataLines(expected_.at("batch")));
  }

  int Shell(const std::string& words) { return mini_.Plumbline(words); }

  int Train(const std::string& out, const std::string& words) {
    const std::string where = mini_.path().string();
    return Shell("run --out " + out + " --set model.path=" + model_.string() +
                 " --set data.train=" + where + "/rows.jsonl --set data.validation=" + where +
                 "/rows.jsonl --threads 1 --learning-rate 3e-2 --batch-size 2"
                 " --set training.logging_steps=1 --set runtime.throughput_repetitions=0"
                 " --set training.save_steps=2 --max-new-tokens 3 " + words);
  }

  int Use(const std::string& verb, const std::string& words) {
    return Shell(verb + " --model " + model_.string() + " --data rows.jsonl --threads 1 " + words);
  }

  // Nats a target token.
  double Score(const std::string& words) {
    EXPECT_EQ(Use("score", "--out scores.jsonl " + words), 0) << Stderr();
    double nll = 0, tokens = 0;
    for (const Json& line : JsonLines(mini_.path() / "scores.jsonl")) {
      nll += line.at("nll").get<double>();
      tokens += line.at("tokens").get<double>();
    }
    return nll / tokens;
  }

  std::string Stderr() const { return ReadFile(mini_.path() / "err.txt"); }
  Json File(const std::string& name) const { return ReadJsonFile(mini_.path() / name); }

  Miniature mini_;
  std::filesystem::path golden_, model_;
  Json expected_;
};

TEST_P(LoraRun, PeftsAdapterScoresAsInPeft) {
  const double wanted = expected_.at("mean_loss").get<double>();
  EXPECT_NEAR(Score("--adapter " + (golden_ / "adapter").string()), wanted, 1e-5 * wanted);
  EXPECT_GT(std::abs(Score("") - wanted), 1e-2);
}

TEST_P(LoraRun, TrainsSavesAndIsUsedByEveryVerb) {
  const double before = Score("");
  ASSERT_EQ(Train("out", "--epochs 6 --set lora.r=2 --set lora.target_modules=all-linear"), 0)
      << Stderr();
  EXPECT_FALSE(std::filesystem::exists(mini_.path() / "out/model.safetensors"));
  const Json ledger = File("out/ledger.json");
  EXPECT_EQ(ledger.at("declared").at("adapter_modules"),
            ledger.at("observed").at("adapter_modules"));
  EXPECT_EQ(ledger.at("declared").at("trainable_parameters"),
            ledger.at("observed").at("trainable_parameters"));
  EXPECT_FALSE(ledger.at("observed").at("adapter_modules").empty());
  const double trained = File("out/all_results.json").at("eval_loss").get<double>();
  EXPECT_LT(trained, 0.98 * before);
  EXPECT_NEAR(Score("--adapter out"), trained, 1e-5 * trained);
  ASSERT_EQ(Use("eval", "--adapter out --out evaluated --max-new-tokens 3"), 0) << Stderr();
  EXPECT_NEAR(File("evaluated/all_results.json").at("eval_loss").get<double>(), trained,
              1e-5 * trained);
  ASSERT_EQ(Use("generate", "--adapter out --out generated.jsonl --max-new-tokens 3"), 0)
      << Stderr();
  const std::vector<Json> generated = JsonLines(mini_.path() / "generated.jsonl");
  const std::vector<Json> predicted = JsonLines(mini_.path() / "out/predictions.jsonl");
  ASSERT_EQ(generated.size(), predicted.size());
  for (size_t i = 0; i < generated.size(); ++i)
    EXPECT_EQ(generated[i].at("token_ids"), predicted[i].at("token_ids"));
}

TEST_P(LoraRun, AStoppedRunGoesOnBitwise) {
  const std::string lora = "--epochs 4 --set lora.r=2 --set lora.dropout=0.2 ";
  ASSERT_EQ(Train("straight", lora), 0) << Stderr();
  ASSERT_EQ(Train("resumed", lora + "--resume straight/checkpoint-4"), 0) << Stderr();
  EXPECT_EQ(ReadFile(mini_.path() / "straight/adapter_model.safetensors"),
            ReadFile(mini_.path() / "resumed/adapter_model.safetensors"));
  EXPECT_EQ(Train("other", "--epochs 4 --set lora.r=3 --set lora.dropout=0.2 --resume "
                           "straight/checkpoint-4"),
            2);
  EXPECT_THAT(Stderr(), HasSubstr("lora.r"));
}

// Frozen weights in 4 bits: said, counted, resumed bitwise, and used again by the verbs as they were trained.
TEST_P(LoraRun, TrainsOverWeightsIn4Bits) {
  const std::string four_bit =
      " --set quantization.load_in_4bit=true --set quantization.bnb_4bit_quant_type=nf4"
      " --set quantization.bnb_4bit_use_double_quant=true";
  EXPECT_EQ(Train("out", "--epochs 2" + four_bit), 2);
  EXPECT_THAT(Stderr(), HasSubstr("found no adapter"));
  const std::string lora = "--epochs 4 --set lora.r=2 --set lora.target_modules=all-linear" + four_bit;
  ASSERT_EQ(Train("straight", lora), 0) << Stderr();
  EXPECT_THAT(Stderr(), HasSubstr("4 bits: "));
  const Json observed = File("straight/ledger.json").at("observed");
  EXPECT_GT(observed.at("parameter_dtypes").at("NF4"), 0);
  const double trained = File("straight/all_results.json").at("eval_loss").get<double>();
  EXPECT_NEAR(Score("--adapter straight" + four_bit), trained, 1e-5 * trained);
  EXPECT_GT(std::abs(Score("--adapter straight") - trained), 1e-4 * trained);
  ASSERT_EQ(Train("resumed", lora + " --resume straight/checkpoint-4"), 0) << Stderr();
  EXPECT_EQ(ReadFile(mini_.path() / "straight/adapter_model.safetensors"),
            ReadFile(mini_.path() / "resumed/adapter_model.safetensors"));
}

TEST_P(LoraRun, ASavedAdapterGoesOn) {
  const std::string adapter = "--set model.adapter=" + (golden_ / "adapter").string();
  ASSERT_EQ(Train("more", adapter + " --epochs 4"), 0) << Stderr();
  EXPECT_LT(File("more/all_results.json").at("eval_loss").get<double>(),
            expected_.at("mean_loss").get<double>());
  EXPECT_EQ(File("more/adapter_config.json").at("r"),
            ReadJsonFile(golden_ / "adapter" / "adapter_config.json").at("r"));
  EXPECT_EQ(Train("odd", adapter + " --epochs 4 --set lora.r=64"), 2);
  EXPECT_THAT(Stderr(), HasSubstr("not the adapter's own"));
}

TEST_P(LoraRun, APatternThatMatchesNothingIsOneErrorWithTheNearestName) {
  EXPECT_EQ(Train("out", "--set lora.r=2 --set 'lora.target_modules=[q_proj, v_porj]'"), 2);
  EXPECT_THAT(Stderr(), HasSubstr("try 'v_proj'"));
  EXPECT_EQ(Train("out", "--set lora.alpha=2"), 2);  // in vain without a rank
  EXPECT_THAT(Stderr(), HasSubstr("lora.r"));
  EXPECT_EQ(Train("out", "--set lora.r=2 --set 'lora.rank_pattern=[q_proj]'"), 2);
  EXPECT_THAT(Stderr(), HasSubstr("PATTERN=VALUE"));
}

TEST_P(LoraRun, ALayerLeftWithoutAdapterIsSaid) {
  const std::string one_layer = R"('lora.target_modules=.*\.1\..*q_proj')";
  ASSERT_EQ(Train("out", "--epochs 1 --set lora.r=2 --set " + one_layer), 0) << Stderr();
  EXPECT_THAT(Stderr(), HasSubstr("layers without adapter: model.layers.0"));
  EXPECT_THAT(File("out/ledger.json").at("observed").at("notes").dump(),
              HasSubstr("layers without adapter"));
  Json others = Json::array({"model.layers.0"});
  if (GetParam() == std::string("qwen3")) others.push_back("model.layers.2");  // it has three
  EXPECT_EQ(File("out/ledger.json").at("declared").at("layers_without_adapter"), others);
  EXPECT_THAT(File("out/audit.json").dump(), HasSubstr("layers without adapter: model.layers.0"));
  ASSERT_EQ(Train("out", "--epochs 1 --set lora.r=2"), 0) << Stderr();
  EXPECT_THAT(Stderr(), Not(HasSubstr("without adapter")));
  EXPECT_THAT(File("out/audit.json").dump(), Not(HasSubstr("layers without adapter")));
}

INSTANTIATE_TEST_SUITE_P(Families, LoraRun, ::testing::Values("llama", "qwen3"),
                         [](const auto& family) { return std::string(family.param); });

}  // namespace
}  // namespace plumbline::testing
