// The configurations of //suites:nightly start and end as they stand: their tiny twins lie where
// the full-size weights would, and only the device and the amount of work are others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/e2e/incident/miniature.h"

namespace plumbline::testing {
namespace {

using ::testing::HasSubstr;

struct Nightly {
  const char* suite;
  const char* preset;
  const char* twin;        // folder of models
  size_t adapter_modules;  // of the twin
  const char* said;        // on stderr
};

constexpr Nightly kNightly[] = {
    {"kobart_full", "kobart", "kobart_tiny", 0, "optimizer steps of 1 x 10 rows"},
    {"llama_lora", "llama-3.2-korean-3b", "llama_tiny", 4 * 7, "optimizer steps of 1 x 10 rows"},
    {"qwen3_qlora", "qwen3-4b", "qwen3_tiny", 4 * 7, "4 bits: "},
    {"mt5_qlora", "mt5-xlsum", "mt5_tiny", 3 * 6 + 2 * 10,
     "note: deviation from the report: it trained in fp16"},
};

class NightlyStart : public ::testing::TestWithParam<Nightly> {};

TEST_P(NightlyStart, TrainsAndEvaluates) {
  const Miniature mini;
  const std::filesystem::path checkpoints = mini.path() / "checkpoints";
  std::filesystem::create_directory(checkpoints);
  std::filesystem::create_directory_symlink(Runfile(std::string("models/") + GetParam().twin),
                                            checkpoints / GetParam().preset);
  ::setenv("PLUMBLINE_CHECKPOINTS", checkpoints.c_str(), 1);
  ::unsetenv("PLUMBLINE_PRESETS");  // the miniature's own
  const std::string suite = Runfile(std::string("suites/") + GetParam().suite + ".yaml").string();
  EXPECT_EQ(mini.Plumbline("config show " + suite), 0) << ReadFile(mini.path() / "err.txt");
  ASSERT_EQ(
      mini.Plumbline("run " + suite +
                     " --out out --device cpu --threads 2 --max-train-samples 40"
                     " --set training.max_steps=2 --set evaluation.subset=2 --max-new-tokens 4"
                     " --set runtime.throughput_repetitions=0"),
      0)
      << ReadFile(mini.path() / "err.txt");
  EXPECT_THAT(ReadFile(mini.path() / "err.txt"), HasSubstr(GetParam().said));
  const Json ledger = ReadJsonFile(mini.path() / "out/ledger.json");
  const Json& modules = ledger.at("observed").at("adapter_modules");
  EXPECT_EQ(modules, ledger.at("declared").at("adapter_modules"));
  EXPECT_EQ(modules.size(), GetParam().adapter_modules);
  const Json results = ReadJsonFile(mini.path() / "out/all_results.json");
  ASSERT_TRUE(results.contains("eval_rouge_sum"));
  const std::string metric = ReadJsonFile(mini.path() / "out/resolved_config.json")
                                 .at("values")
                                 .at("training.metric_for_best_model")
                                 .at("value");
  if (metric != "rouge_sum") return;
  const Json state = ReadJsonFile(mini.path() / "out/trainer_state.json");
  EXPECT_EQ(state.at("best_metric"), results.at("eval_rouge_sum"));
}

INSTANTIATE_TEST_SUITE_P(Suites, NightlyStart, ::testing::ValuesIn(kNightly),
                         [](const auto& suite) { return std::string(suite.param.suite); });

// The reports' fp16 on mT5, at the size of the suite: refused with the reason; allowed on demand,
// and then counted.
TEST(TinyMt5Suite, InFp16IsRefusedOrCounted) {
  const Miniature mini;
  ::unsetenv("PLUMBLINE_PRESETS");
  const std::string run =
      "run " + Runfile("suites/mt5_tiny_qlora.yaml").string() +
      " --max-train-samples 40 --set evaluation.subset=2 --max-new-tokens 4"
      " --set runtime.throughput_repetitions=0 --set training.eval_on_start=false"
      " --set training.fp16=true";
  EXPECT_EQ(mini.Plumbline(run + " --out refused"), 2);
  EXPECT_THAT(ReadFile(mini.path() / "err.txt"), HasSubstr("leave the range of float16"));
  EXPECT_FALSE(std::filesystem::exists(mini.path() / "refused/ledger.json"));
  ASSERT_EQ(mini.Plumbline(run + " --set training.allow_t5_fp16=true --out out"), 0)
      << ReadFile(mini.path() / "err.txt");
  EXPECT_THAT(ReadFile(mini.path() / "err.txt"), HasSubstr("note: deviation from the report"));
  const Json observed = ReadJsonFile(mini.path() / "out/ledger.json").at("observed");
  EXPECT_GT(observed.at("product_dtypes").at("float16").get<int64_t>(), 0);
  EXPECT_EQ(observed.at("optimizer_steps"), 4);
  EXPECT_EQ(observed.at("scheduler_steps"), 4 - observed.at("skipped_steps").get<int64_t>());
  EXPECT_THAT(observed.at("notes").dump(), HasSubstr("fp16"));
}

}  // namespace
}  // namespace plumbline::testing
