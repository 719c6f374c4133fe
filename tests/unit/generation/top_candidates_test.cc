#include "harness/eval/top_candidates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "harness/base/random.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::eval {
namespace {

using Floats = std::vector<float>;

constexpr float kBanned = -std::numeric_limits<float>::infinity();

// Sorting everything is the definition.
std::vector<Candidate> Sorted(const Floats& scores, float running, int64_t count) {
  std::vector<Candidate> all;
  for (size_t i = 0; i < scores.size(); ++i) {
    all.push_back({scores[i] + running, 2, static_cast<int64_t>(i)});
  }
  std::sort(all.begin(), all.end(), IsBetter);
  all.resize(std::min<size_t>(all.size(), count));
  return all;
}

TEST(TopCandidates, EqualThoseOfAFullSort) {
  SplitMix64 random(1);
  for (const int64_t size : {1, 2, 15, 16, 17, 63, 64, 65, 300, 1000}) {
    for (const uint64_t num_values : {2, 10, 1000000}) {  // few values: many ties
      Floats scores;
      for (int64_t i = 0; i < size; ++i) {
        const float value = -static_cast<float>(random.Below(num_values));
        scores.push_back(random.Below(10) == 0 ? kBanned : value);
      }
      for (const int64_t count : {1, 4, 10, 20}) {
        std::vector<Candidate> best;
        TopOfRow(scores, -3.5f, 2, count, &best);
        const auto expected = Sorted(scores, -3.5f, count);
        ASSERT_EQ(best.size(), expected.size());
        for (size_t i = 0; i < best.size(); ++i) {
          EXPECT_EQ(best[i].score, expected[i].score);
          EXPECT_EQ(best[i].token, expected[i].token);
          EXPECT_EQ(best[i].beam, 2);
        }
      }
    }
  }
}

TEST(TopCandidates, ArgMaxTakesTheFirstOfEquals) {
  Floats scores(100, -1);
  scores[37] = scores[90] = 5;
  EXPECT_EQ(ArgMax(scores), 37);
  EXPECT_EQ(ArgMax(Floats(40, kBanned)), 0);
  EXPECT_EQ(ArgMax(Floats{-3}), 0);
}

TEST(TopCandidates, NanIsFoundWhereverItIs) {
  Floats scores(100, 0);
  RequireNoNan(scores, 3, 7);
  scores[99] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_ERROR(RequireNoNan(scores, 3, 7), ErrorKind::kNumeric, "item 7: found NaN");
}

}  // namespace
}  // namespace plumbline::eval
