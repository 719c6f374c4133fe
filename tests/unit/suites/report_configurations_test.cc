// The experiment reports' configurations at full size: each suite of //suites:nightly resolves, and
// says what its report says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "harness/base/json.h"
#include "tests/unit/suites/full_size.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

// Keys and the values that the reports print; `null`: nobody sets it.
const std::map<std::string, Json> kWanted = {{"kobart_full",
                                              {{"model.preset", "kobart"},
                                               {"model.type", "bart"},
                                               {"lora.r", nullptr},
                                               {"quantization.load_in_4bit", false}}},
                                             {"llama_lora",
                                              {{"model.preset", "llama-3.2-korean-3b"},
                                               {"model.type", "llama"},
                                               {"lora.r", 16},
                                               {"lora.alpha", 32.0},
                                               {"quantization.load_in_4bit", false}}},
                                             {"qwen3_qlora",
                                              {{"model.preset", "qwen3-4b"},
                                               {"model.type", "qwen3"},
                                               {"lora.r", 16},
                                               {"lora.alpha", 32.0},
                                               {"quantization.load_in_4bit", true},
                                               {"quantization.bnb_4bit_quant_type", "nf4"}}},
                                             {"mt5_qlora",
                                              {{"model.preset", "mt5-xlsum"},
                                               {"model.type", "mt5"},
                                               {"lora.r", 16},
                                               {"lora.alpha", 32.0},
                                               {"quantization.load_in_4bit", true},
                                               {"training.per_device_train_batch_size", 2},
                                               {"training.per_device_eval_batch_size", 4},
                                               {"training.gradient_accumulation_steps", 8},
                                               {"training.learning_rate", 3e-5},
                                               {"training.gradient_checkpointing", false},
                                               {"training.eval_steps", 300},
                                               {"training.early_stopping_patience", 3},
                                               {"training.load_best_model_at_end", true},
                                               {"training.fp16", false}}}};

// The one command line of the report of three models.
const Json kThreeModels = {{"data.max_train_samples", 2500},
                           {"training.per_device_train_batch_size", 10},
                           {"training.gradient_accumulation_steps", 1},
                           {"training.learning_rate", 2e-5},
                           {"training.num_train_epochs", 2.0},
                           {"training.warmup_ratio", 0.1},
                           {"training.seed", 42},
                           {"generation.num_beams", 4}};

void ExpectValues(const config::Resolved& resolved, const Json& wanted, const std::string& suite) {
  for (const auto& [key, value] : wanted.items())
    EXPECT_EQ(resolved.At(key).value, value) << suite << " " << key;
}

TEST(ReportConfigurations, ResolveAndSayWhatTheReportsSay) {
  const testing::FullSize full_size;
  for (const auto& [name, wanted] : kWanted) {
    const config::Resolved resolved = full_size.Resolve(name);
    ExpectValues(resolved, wanted, name);
    if (name != "mt5_qlora") ExpectValues(resolved, kThreeModels, name);
    EXPECT_EQ(resolved.At("runtime.device").value, "cuda");
    EXPECT_EQ(resolved.At("model.path").value,
              "$PLUMBLINE_CHECKPOINTS/" + resolved.Text("model.preset"));
  }
}

TEST(ReportConfigurations, EverySuiteIsTinyOrCheckedHere) {
  std::set<std::string> full, checked;
  for (const auto& [name, wanted] : kWanted) checked.insert(name);
  for (const auto& entry : std::filesystem::directory_iterator(ProjectRoot() / "suites")) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".yaml" && name.find("_tiny_") == std::string::npos)
      full.insert(name);
  }
  EXPECT_EQ(full, checked);
}

// mT5 trained in fp16 there. Both sizes say what they do instead; the ledger keeps it.
TEST(ReportConfigurations, TheDeviationOfMt5IsSaid) {
  const testing::FullSize full_size;
  EXPECT_THAT(full_size.Resolve("mt5_qlora").Text("experiment.note"), HasSubstr("fp16"));
  EXPECT_THAT(full_size.Resolve("mt5_tiny_qlora").Text("experiment.note"), HasSubstr("fp16"));
}

}  // namespace
}  // namespace plumbline
