// Catalogue 4.7: what ROUGE looks like when only speaker tags survive its tokenizer. The rows are a
// fixture of tests/tools/make_rouge_degeneracy.py, the figures rouge_score's on these rows.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/eval/rouge.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {
namespace {

constexpr const char* kFolder = "tests/golden/rouge_degeneracy/";
constexpr const char* kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN";
constexpr double kTolerance = 1e-12;  // sums of 499 doubles in one order

class Fixture {
 public:
  Fixture() : document_(ReadJsonFile(std::string(kFolder) + "expected.json")) {
    const std::string text = ReadFile(std::string(kFolder) + "rows.jsonl");
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      rows_.push_back(ParseJson(text.substr(at, end - at), "rows.jsonl"));
      at = end + 1;
    }
  }

  const Json& cases() const { return document_["cases"]; }
  const std::vector<Json>& rows() const { return rows_; }

  // `max_turns` parts; each "<before>tag<after> word word", joined by `separator`.
  std::string Expand(const std::string& written, size_t max_turns, const char* after,
                     const char* separator) const {
    std::string text;
    size_t turns = 0;
    for (const char c : written) {
      if (c == '1' || c == '2') {
        if (turns++ == max_turns) break;
        text += (text.empty() ? "" : separator) + std::string("#Person") + c + after;
      } else {
        const size_t word = std::string(kLetters).find(c);
        text += " " + document_["words"][word].get<std::string>();
      }
    }
    return text;
  }

  std::string Prediction(const Json& row, const std::string& kind, int64_t turns) const {
    const std::string summary = Expand(row["summary"], 100, "#", " ");
    if (kind == "plain") return summary;
    const std::map<int64_t, size_t> kPlace = {{10, 0}, {20, 1}, {40, 2}, {50, 3}};
    const size_t length = row["lengths"][kPlace.at(turns)];
    return Expand(row["turns"], length, "#:", "\n") + "\n" + summary;
  }

 private:
  Json document_;
  std::vector<Json> rows_;
};

struct Means {
  std::array<double, 3> f1{};
  int64_t equal = 0;
};

Means Score(const Fixture& fixture, const Json& expected) {
  eval::RougeScorer scorer({expected["tokenizer"], false});
  Means means;
  for (const Json& row : fixture.rows()) {
    const std::vector<std::string> references = {fixture.Expand(row["reference"], 100, "#", " ")};
    const eval::RougeScores scores = scorer.Score(
        fixture.Prediction(row, expected["case"], expected["turns"]), references);
    for (size_t i = 0; i < 3; ++i) means.f1[i] += scores[i].f1;
    means.equal += scores[eval::kRouge1].f1 == scores[eval::kRougeL].f1 ? 1 : 0;
  }
  for (double& f1 : means.f1) f1 /= static_cast<double>(fixture.rows().size());
  return means;
}

TEST(Degeneracy, EveryCaseEqualsRougeScore) {
  const Fixture fixture;
  ASSERT_EQ(fixture.rows().size(), 499u);
  ASSERT_EQ(fixture.cases().size(), 10u);
  for (const Json& expected : fixture.cases()) {
    SCOPED_TRACE(expected.dump());
    const Means means = Score(fixture, expected);
    EXPECT_NEAR(means.f1[0], expected["rouge1"].get<double>(), kTolerance);
    EXPECT_NEAR(means.f1[1], expected["rouge2"].get<double>(), kTolerance);
    EXPECT_NEAR(means.f1[2], expected["rougeL"].get<double>(), kTolerance);
    EXPECT_EQ(means.equal, expected["rows_r1_equals_rl"].get<int64_t>());
  }
}

// The signature that the rules look for separates the two tokenizers on these rows.
TEST(Degeneracy, EchoUnderAsciiHasOneRatioAndUnicodeAnother) {
  const Fixture fixture;
  for (const Json& expected : fixture.cases()) {
    const double r1 = expected["rouge1"];
    const double r2 = expected["rouge2"];
    const double rl = expected["rougeL"];
    if (expected["tokenizer"] == "ascii") {
      EXPECT_GT(r2 / r1, 0.5);
    } else {
      EXPECT_LT(r2 / r1, 0.3);
      EXPECT_LT(rl / r1, 0.85);
    }
    if (expected["tokenizer"] == "ascii" && expected["case"] == "echo") {
      EXPECT_GT(rl / r1, 0.99);
    }
  }
}

}  // namespace
}  // namespace plumbline::audit
