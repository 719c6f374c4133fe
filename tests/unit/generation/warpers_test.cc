#include "harness/eval/warpers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/base/json.h"
#include "harness/base/random.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::eval {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();

std::vector<double> Softmax(const std::vector<float>& scores) {
  double largest = kBanned, total = 0;
  for (const float score : scores) largest = std::max<double>(largest, score);
  for (const float score : scores) total += std::exp(score - largest);
  std::vector<double> probabilities;
  for (const float score : scores) probabilities.push_back(std::exp(score - largest) / total);
  return probabilities;
}

TEST(Warpers, LeaveTheDistributionThatTransformersLeaves) {
  int64_t num_rows = 0, num_banned = 0;
  for (const Json& golden : ReadJsonFile("tests/golden/generation/warpers.json")) {
    GenerationConfig config;
    config.temperature = golden["temperature"];
    config.top_k = golden["top_k"];
    config.top_p = golden["top_p"];
    auto scores = golden["scores"].get<std::vector<float>>();
    WarpScratch scratch;
    Warp(config, &scratch, scores);
    const auto found = Softmax(scores);
    for (size_t id = 0; id < found.size(); ++id) {
      const double wanted = golden["probabilities"][id];
      EXPECT_EQ(scores[id] == kBanned, wanted == 0) << golden << " token " << id;
      EXPECT_NEAR(found[id], wanted, 1e-6) << golden << " token " << id;
      num_banned += scores[id] == kBanned;
    }
    ++num_rows;
  }
  EXPECT_EQ(num_rows, 48);
  EXPECT_GT(num_banned, 400);
}

TEST(Warpers, ScoresEqualToTheKthStay) {
  std::vector<float> scores = {1, 3, 2, 2, 0};
  WarpScratch scratch;
  KeepTopK(2, &scratch, scores);
  EXPECT_EQ(scores, (std::vector<float>{kBanned, 3, 2, 2, kBanned}));
}

TEST(Warpers, TheLikeliestTokenStaysWhateverP) {
  std::vector<float> scores = {0, 0.5, kBanned};
  WarpScratch scratch;
  KeepTopP(1e-9, &scratch, scores);
  EXPECT_EQ(scores, (std::vector<float>{kBanned, 0.5, kBanned}));
}

TEST(DrawToken, UnitsMapToTokensInTheOrderOfIds) {
  const std::vector<float> scores = {kBanned, std::log(0.25f), kBanned, std::log(0.75f)};
  EXPECT_EQ(DrawToken(scores, 0.0), 1);
  EXPECT_EQ(DrawToken(scores, 0.2499), 1);
  EXPECT_EQ(DrawToken(scores, 0.2501), 3);
  EXPECT_EQ(DrawToken(scores, std::nextafter(1.0, 0.0)), 3);
  EXPECT_ERROR(DrawToken(std::vector<float>{kBanned, kBanned}, 0.5), ErrorKind::kNumeric,
               "no token that the settings leave");
}

}  // namespace
}  // namespace plumbline::eval
