// `run` with training.fp16, bf16 and gradient_checkpointing: what is refused, what runs, and what
// the run directory says about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/e2e/incident/miniature.h"

namespace plumbline::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMt5 = "mt5_nf4";
constexpr const char* kQwen3 = "qwen3_nf4";

class PrecisionRun : public ::testing::Test {
 protected:
  int Run(const std::string& shape, const std::vector<std::string>& settings) {
    std::string lines;
    const std::filesystem::path directory = Runfile("tests/golden/qlora") / shape;
    const Json rows = ReadJsonFile(directory / "expected.json").at("rows");
    for (const Json& row : rows) {
      const bool has_source = !row.at("input_ids").empty();
      Json prompt = row.at(has_source ? "input_ids" : "decoder_input_ids");
      lines += Json{{"fname", std::to_string(lines.size())},
                    {"input_ids", prompt},
                    {"labels", {7, 9, 2}}}
                   .dump() +
               "\n";
    }
    mini_.WriteFile("train.jsonl", lines);
    std::vector<std::string> words = {"run", "--out", out_.string()};
    std::vector<std::string> all = {"model.path=" + (directory / checkpoint_).string(),
                                    "data.train=" + (mini_.path() / "train.jsonl").string(),
                                    "runtime.threads=1", "runtime.throughput_repetitions=0",
                                    "training.per_device_train_batch_size=2",
                                    "training.num_train_epochs=4"};
    all.insert(all.end(), settings.begin(), settings.end());
    for (const std::string& setting : all) words.insert(words.end(), {"--set", setting});
    ::testing::internal::CaptureStderr();
    const int status = mini_.Run(words);
    errors_ = ::testing::internal::GetCapturedStderr();
    return status;
  }

  Json Ledger(const char* half) const { return ReadJsonFile(out_ / "ledger.json").at(half); }
  Json Value(const std::string& key) const {
    return ReadJsonFile(out_ / "resolved_config.json").at("values").at(key).at("value");
  }

  std::string checkpoint_ = "base";
  std::string errors_;
  Miniature mini_;
  std::filesystem::path out_ = mini_.path() / "precision_out";
};

TEST_F(PrecisionRun, Fp16IsRefusedForMt5WithTheReason) {
  EXPECT_EQ(Run(kMt5, {"training.fp16=true"}), 2);
  EXPECT_THAT(errors_, HasSubstr("leave the range of float16"));
  EXPECT_FALSE(std::filesystem::exists(out_ / "ledger.json"));
}

TEST_F(PrecisionRun, AllowedFp16TrainsMt5AndCountsItsOverflows) {
  ASSERT_EQ(Run(kMt5, {"training.fp16=true", "training.allow_t5_fp16=true"}), 0);
  const Json observed = Ledger("observed");
  EXPECT_EQ(observed.at("optimizer_steps"), 12);
  const auto skipped = observed.at("skipped_steps").get<int64_t>();
  EXPECT_GE(skipped, 1);
  EXPECT_EQ(observed.at("scheduler_steps"), 12 - skipped);
  EXPECT_EQ(observed.at("first_nonfinite_step"), 1);
  EXPECT_THAT(observed.at("first_nonfinite_place").get<std::string>(), HasSubstr("weight"));
  EXPECT_GT(observed.at("product_dtypes").at("float16").get<int64_t>(), 0);
  EXPECT_THAT(observed.at("notes").dump(), HasSubstr("optimizer steps were thrown away"));
  EXPECT_THAT(errors_, HasSubstr("12 optimizer steps were thrown away, first at step 1"));
}

TEST_F(PrecisionRun, AnExhaustedAllowanceEndsAsInvalid) {
  EXPECT_EQ(Run(kMt5, {"training.fp16=true", "training.allow_t5_fp16=true",
                       "training.max_nonfinite_steps=0"}),
            3);
  EXPECT_THAT(errors_, HasSubstr("training at step 1: found a gradient that is not finite"));
}

TEST_F(PrecisionRun, WeightsIn4BitsWantAnAdapter) {
  checkpoint_ = "quantized";
  EXPECT_EQ(Run(kQwen3, {}), 2);
  EXPECT_THAT(errors_, HasSubstr("training weights in 4 bits: found no adapter"));
  EXPECT_EQ(Run(kQwen3, {"lora.r=2"}), 0);
  EXPECT_THAT(errors_, HasSubstr("4 bits: 14 modules"));
  EXPECT_THAT(errors_, HasSubstr("as the checkpoint holds them"));
  EXPECT_EQ(Run(kQwen3, {"lora.r=2", "quantization.load_in_4bit=true", "quantization.bnb_4bit_quant_type=fp4"}), 2);
  EXPECT_THAT(errors_, HasSubstr("as it was quantized"));
}

// The declared value stays; what ran is in the ledger, with the reason where they differ.
TEST_F(PrecisionRun, Bf16IsKeptAsDeclaredAndTheLedgerSaysWhatRan) {
  ASSERT_EQ(Run(kQwen3, {"training.bf16=true"}), 0);
  EXPECT_EQ(Value("training.bf16"), true);
  const Json observed = Ledger("observed");
  const std::string used = Ledger("declared").at("compute_dtype");
  EXPECT_GT(observed.at("product_dtypes").at(used).get<int64_t>(), 0);
  EXPECT_EQ(observed.at("parameter_dtypes").size(), 1U);
  EXPECT_TRUE(observed.at("parameter_dtypes").contains("Float"));
  if (used == "bfloat16") {
    EXPECT_EQ(observed.at("notes"), Json::array());
  } else {
    EXPECT_FALSE(observed.at("product_dtypes").contains("bfloat16"));
    EXPECT_THAT(observed.at("notes").dump(), HasSubstr("products run in float32"));
    EXPECT_THAT(errors_, HasSubstr("products run in float32"));
  }
}

TEST_F(PrecisionRun, Fp32HasOneTypeAndNothingToSay) {
  ASSERT_EQ(Run(kQwen3, {}), 0);
  EXPECT_EQ(Ledger("declared").at("compute_dtype"), "float32");
  EXPECT_EQ(Ledger("observed").at("product_dtypes").size(), 1U);
  EXPECT_EQ(Ledger("observed").at("notes"), Json::array());
}

// What it saves is measured in tests/engine/precision, on rows that are long enough.
TEST_F(PrecisionRun, CheckpointingComputesLayersAgainAndChangesNoWeight) {
  ASSERT_EQ(Run(kQwen3, {}), 0);
  const std::string weights = ReadFile(out_ / "model.safetensors");
  const auto products = [this] {
    return Ledger("observed").at("product_dtypes").at("float32").get<int64_t>();
  };
  const int64_t plain = products();
  ASSERT_EQ(Run(kQwen3, {"training.gradient_checkpointing=true"}), 0);
  EXPECT_EQ(ReadFile(out_ / "model.safetensors"), weights);
  EXPECT_GT(products(), plain);
}

}  // namespace
}  // namespace plumbline::testing
