// `plumbline merge`: a checkpoint and an adapter that peft saved become one plain checkpoint, which
// every verb uses as the two; what must not be merged is refused and leaves nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "models/safetensors.h"
#include "tests/e2e/incident/miniature.h"
#include "tests/testing/lines.h"

namespace plumbline::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kUsage = 2;

class MergeRun : public ::testing::TestWithParam<const char*> {
 protected:
  MergeRun() : golden_(Runfile("tests/golden/lora") / GetParam()) {
    const Json expected = ReadJsonFile(golden_ / "expected.json");
    model_ = Runfile("tests/golden/" + expected.at("base").get<std::string>() + "/config.json")
                 .parent_path();
    mini_.WriteFile("rows.jsonl", DataLines(expected.at("batch")));
  }

  int Shell(const std::string& words) { return mini_.Plumbline(words); }
  std::string Stderr() const { return ReadFile(mini_.path() / "err.txt"); }

  std::string BaseAndAdapter() const {
    return "--model " + model_.string() + " --adapter " + (golden_ / "adapter").string();
  }

  // The output of `generate` and of `score`.
  std::pair<std::vector<Json>, std::vector<Json>> Use(const std::string& words) {
    for (const char* verb : {"generate", "score"}) {
      const std::string limit = std::string(verb) == "generate" ? " --max-new-tokens 5" : "";
      EXPECT_EQ(Shell(std::string(verb) + " " + words + " --data rows.jsonl --threads 1 --out " +
                      verb + ".jsonl" + limit),
                0)
          << Stderr();
    }
    return {JsonLines(mini_.path() / "generate.jsonl"), JsonLines(mini_.path() / "score.jsonl")};
  }

  Miniature mini_;
  fs::path golden_, model_;
};

TEST_P(MergeRun, ThePlainCheckpointIsUsedAsBaseAndAdapterAre) {
  ASSERT_EQ(Shell("merge " + BaseAndAdapter() + " --out merged"), 0) << Stderr();
  EXPECT_THAT(Stderr(), HasSubstr("merged "));
  EXPECT_FALSE(fs::exists(mini_.path() / "merged/adapter_config.json"));
  const auto [generated, scored] = Use("--model merged");
  const auto [wanted_generated, wanted_scored] = Use(BaseAndAdapter());
  const auto [untouched, untouched_scored] = Use("--model " + model_.string());
  double moved = 0;
  for (size_t i = 0; i < wanted_scored.size(); ++i) {
    EXPECT_EQ(generated.at(i).at("token_ids"), wanted_generated[i].at("token_ids"));
    const double wanted = wanted_scored[i].at("nll").get<double>();
    EXPECT_NEAR(scored.at(i).at("nll").get<double>() / wanted, 1, 1e-5);
    moved += std::abs(untouched_scored.at(i).at("nll").get<double>() - wanted);
  }
  EXPECT_GT(moved, 1e-2);
}

TEST_P(MergeRun, HalfWeightsAreWrittenWhenAsked) {
  ASSERT_EQ(Shell("merge " + BaseAndAdapter() + " --out merged --set model.dtype=bfloat16"), 0)
      << Stderr();
  EXPECT_EQ(ReadJsonFile(mini_.path() / "merged/config.json").at("dtype"), "bfloat16");
  const models::SafetensorsFile file(mini_.path() / "merged/model.safetensors");
  for (const models::StoredTensor& tensor : file.header().tensors)
    EXPECT_EQ(models::ScalarTypeOf(tensor.type), at::kBFloat16) << tensor.name;
}

INSTANTIATE_TEST_SUITE_P(Families, MergeRun, ::testing::Values("bart", "mt5", "llama", "qwen3"),
                         [](const auto& family) { return std::string(family.param); });

class MergeRefusal : public MergeRun {
 protected:
  // One clear error, and no directory.
  void ExpectRefused(const std::string& words, const std::string& what) {
    EXPECT_EQ(Shell("merge " + words), kUsage);
    const std::string said = Stderr();
    EXPECT_THAT(said, HasSubstr(what));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_FALSE(fs::exists(mini_.path() / "merged"));
  }
};

TEST_P(MergeRefusal, WeightsIn4BitsStayApart) {
  ExpectRefused(BaseAndAdapter() + " --out merged --set quantization.load_in_4bit=true",
                "found quantization.load_in_4bit = true, wanted weights that can hold the sum");
  const fs::path stored = Runfile("tests/golden/qlora/llama_fp4");
  ExpectRefused("--model " + (stored / "quantized").string() + " --adapter " +
                    (stored / "adapter").string() + " --out merged",
                "quantized in 4 bits, wanted weights that can hold the sum");
  EXPECT_EQ(Shell("merge --model " + (stored / "base").string() + " --adapter " +
                  (stored / "adapter").string() + " --out whole"),
            0)
      << Stderr();
}

TEST_P(MergeRefusal, WhatIsMissingOrInTheWayIsNamed) {
  ExpectRefused("--model " + model_.string() + " --out merged",
                "found no model.adapter, wanted --adapter DIR");
  ExpectRefused("--adapter " + (golden_ / "adapter").string() + " --out merged",
                "found no model.path");
  ExpectRefused("--model " + model_.string() + " --adapter " + model_.string() + " --out merged",
                "adapter_config.json");
  const std::string other = Runfile("tests/golden/lora/qwen3/adapter").string();
  ExpectRefused("--model " + model_.string() + " --adapter " + other + " --out merged",
                "loading the adapter");
  fs::create_directory(mini_.path() / "full");
  mini_.WriteFile("full/notes.txt", "kept");
  ExpectRefused(BaseAndAdapter() + " --out full", "'full' with something in it");
  EXPECT_EQ(ReadFile(mini_.path() / "full/notes.txt"), "kept");
}

INSTANTIATE_TEST_SUITE_P(Families, MergeRefusal, ::testing::Values("llama"));

}  // namespace
}  // namespace plumbline::testing
