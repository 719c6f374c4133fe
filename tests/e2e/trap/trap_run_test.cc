// The trap of the experiment reports, end to end: the same eight rows as one batch of 8 and as
// batches of 2 accumulated four times. Under training.loss_normalization = hf_seq2seq_bug the
// second has four times the loss and the gradient norm, figure for figure as transformers'
// Seq2SeqTrainer logs them (tests/golden/trap/MANIFEST.json); under `tokens` the two are equal. The
// ledger and the audit name the difference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/e2e/incident/miniature.h"

namespace plumbline::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// fp32 in two orders of summation, over three steps.
constexpr double kLossRelativeTolerance = 1e-5;
constexpr double kNormRelativeTolerance = 1e-4;

constexpr const char* kBug = "hf_seq2seq_bug";
constexpr const char* kTokens = "tokens";
constexpr const char* kInflated = "opt-seq2seq-accumulation-inflated";
constexpr const char* kScaled = "opt-accum-loss-not-normalised";

struct Shape {
  int batch;
  int accumulation;
  std::string Name() const { return std::to_string(batch) + "x" + std::to_string(accumulation); }
};
constexpr Shape kWhole = {8, 1}, kParts = {2, 4};

class TrapRun : public ::testing::Test {
 protected:
  TrapRun() {
    for (const char* kind : {"equal", "ragged"})
      mini_.WriteFile(std::string(kind) + ".jsonl", DataLines(expected_.at("rows").at(kind)));
  }

  // The directory of a run with the golden's settings, named for what it was told.
  std::string Train(const std::string& kind, const Shape& shape, const std::string& normalization) {
    const std::string out = kind + "_" + shape.Name() + "_" + normalization;
    const std::string rows = (mini_.path() / (kind + ".jsonl")).string();
    const Json& settings = expected_.at("settings");
    const int status = mini_.Plumbline(
        "run --out " + out + " --set model.path=" + Runfile("tests/golden/bart/single").string() +
        " --set data.train=" + rows + " --set data.validation=" + rows +
        " --set data.shuffle=false --batch-size " + std::to_string(shape.batch) +
        " --gradient-accumulation-steps " + std::to_string(shape.accumulation) +
        " --learning-rate " + settings.at("learning_rate").dump() +
        " --set training.lr_scheduler_type=constant --set training.max_steps=" +
        settings.at("max_steps").dump() +
        " --set training.logging_steps=1 --set runtime.throughput_repetitions=0 --threads 1"
        " --max-new-tokens 3 --set training.loss_normalization=" +
        normalization);
    EXPECT_EQ(status, 0) << ReadFile(mini_.path() / "err.txt");
    return out;
  }

  Json Read(const std::string& name) const { return ReadJsonFile(mini_.path() / name); }

  std::vector<double> Logged(const std::string& out, const char* field) const {
    std::vector<double> values;
    const Json state = Read(out + "/trainer_state.json");
    for (const Json& row : state.at("log_history"))
      if (row.contains(field)) values.push_back(row.at(field).get<double>());
    return values;
  }

  void ExpectTransformers(const std::string& out, const std::string& kind,
                          const Shape& shape) const {
    const Json& wanted = expected_.at("logged").at(kind).at(shape.Name());
    const std::vector<double> losses = Logged(out, "loss"), norms = Logged(out, "grad_norm");
    ASSERT_EQ(losses.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_NEAR(losses[i] / wanted[i].at("loss").get<double>(), 1, kLossRelativeTolerance) << out;
      EXPECT_NEAR(norms[i] / wanted[i].at("grad_norm").get<double>(), 1, kNormRelativeTolerance)
          << out;
    }
  }

  // Of every step: weights differ by rounding alone, since AdamW and clipping take the factor out.
  void ExpectRatio(const std::string& a, const std::string& b, double ratio) const {
    for (const auto& [field, tolerance] : {std::pair{"loss", kLossRelativeTolerance},
                                           std::pair{"grad_norm", kNormRelativeTolerance}}) {
      const std::vector<double> above = Logged(a, field), below = Logged(b, field);
      ASSERT_EQ(above.size(), 3U);
      ASSERT_EQ(below.size(), 3U);
      for (size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(above[i] / below[i] / ratio, 1, tolerance) << field << i;
    }
  }

  // Rules that found something, not those that lacked an input.
  static std::set<std::string> Found(const Json& audit) {
    std::set<std::string> rules;
    for (const Json& finding : audit.at("runs").at(0).at("findings"))
      if (finding.at("verdict") != "not_evaluated") rules.insert(finding.at("rule"));
    return rules;
  }

  Json expected_ = ReadJsonFile(Runfile("tests/golden/trap/expected.json"));
  Miniature mini_;
};

TEST_F(TrapRun, TheBugsFiguresAreTransformers) {
  for (const char* kind : {"equal", "ragged"})
    for (const Shape& shape : {kWhole, kParts})
      ExpectTransformers(Train(kind, shape, kBug), kind, shape);
}

TEST_F(TrapRun, FourTimesUnderTheBugAndEqualByTokens) {
  ExpectRatio(Train("equal", kParts, kBug), Train("equal", kWhole, kBug), 4);
  for (const char* kind : {"equal", "ragged"})
    ExpectRatio(Train(kind, kParts, kTokens), Train(kind, kWhole, kTokens), 1);
}

TEST_F(TrapRun, TheLedgerNamesTheDifference) {
  const std::string bug = Train("ragged", kParts, kBug);
  EXPECT_THAT(ReadFile(mini_.path() / "err.txt"),
              HasSubstr("up to 4 times the mean over a step's tokens"));
  const Json told = Read(bug + "/ledger.json");
  EXPECT_EQ(told.at("declared").at("loss_normalization"), kBug);
  EXPECT_EQ(told.at("observed").at("loss_weight_max"), 4);
  EXPECT_THAT(told.at("observed").at("notes").dump(), HasSubstr("hf_seq2seq_bug"));
  for (const auto& [shape, normalization] : {std::pair{kParts, kTokens}, std::pair{kWhole, kBug}}) {
    const Json ledger = Read(Train("ragged", shape, normalization) + "/ledger.json");
    EXPECT_EQ(ledger.at("observed").at("loss_weight_max"), 1);
    EXPECT_EQ(ledger.at("observed").at("notes"), Json::array());
  }
}

TEST_F(TrapRun, TheAuditNamesTheDifference) {
  const std::string bug = Train("ragged", kParts, kBug), tokens = Train("ragged", kParts, kTokens);
  EXPECT_THAT(Found(Read(bug + "/audit.json")), Contains(kInflated));
  EXPECT_THAT(Found(Read(bug + "/audit.json")), Not(Contains(kScaled)));
  EXPECT_EQ(mini_.Plumbline("audit " + bug + " --json"), 1);
  const Json audit = Read("out.txt");
  EXPECT_THAT(Found(audit), Contains(kInflated));
  EXPECT_THAT(audit.dump(), HasSubstr("4 times the mean over each step's tokens"));
  mini_.Plumbline("audit " + tokens + " --json");
  for (const Json& silent : {Read("out.txt"), Read(tokens + "/audit.json")}) {
    EXPECT_THAT(Found(silent), Not(Contains(kInflated)));
    EXPECT_THAT(Found(silent), Not(Contains(kScaled)));
  }
}

}  // namespace
}  // namespace plumbline::testing
