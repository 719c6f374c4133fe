// The `ascii` tokenizer against rouge_score 0.1.2 and NLTK's stemmer; made by
// tests/tools/make_rouge_goldens.py.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "harness/base/file.h"
#include "harness/data/jsonl.h"
#include "harness/eval/porter_stemmer.h"
#include "harness/eval/rouge.h"

namespace plumbline::eval {
namespace {

constexpr double kTolerance =
    1e-12;  // same operations in the same order; room for a library's rounding alone
constexpr int64_t kNumPairs = 320;
constexpr int kNumWords = 1818;

std::vector<double> Flat(const RougeScores& scores) {
  std::vector<double> flat;
  for (const RougeScore& score : scores)
    flat.insert(flat.end(), {score.precision, score.recall, score.f1});
  return flat;
}

void ExpectGoldenScores(const char* column, bool stemmer) {
  RougeScorer scorer({"ascii", stemmer});
  int64_t num_pairs = 0;
  data::ForEachJsonLine("tests/golden/rouge/pairs.jsonl", [&](const Json& row, int64_t line) {
    const auto got = Flat(scorer.Score(row.at("prediction").get<std::string>(),
                                       row.at("references").get<std::vector<std::string>>()));
    const auto wanted = row.at(column).get<std::vector<double>>();
    ASSERT_EQ(wanted.size(), got.size());
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_NEAR(got[i], wanted[i], kTolerance) << "line " << line << ", score " << i;
    ++num_pairs;
  });
  EXPECT_EQ(num_pairs, kNumPairs);
}

TEST(RougeScoreParity, PlainScoresAreEqual) { ExpectGoldenScores("plain", false); }

TEST(RougeScoreParity, StemmedScoresAreEqual) { ExpectGoldenScores("stemmed", true); }

TEST(RougeScoreParity, StemsAreEqual) {
  std::istringstream lines(ReadFile("tests/golden/rouge/stems.txt"));
  std::string word, stem;
  int num_words = 0;
  while (lines >> word >> stem) {
    EXPECT_EQ(PorterStem(word), stem) << word;
    ++num_words;
  }
  EXPECT_EQ(num_words, kNumWords);
}

}  // namespace
}  // namespace plumbline::eval
