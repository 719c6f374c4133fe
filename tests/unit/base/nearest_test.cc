#include "harness/base/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace plumbline {
namespace {

TEST(EditDistance, CountsTheFourEdits) {
  EXPECT_EQ(EditDistance("abc", "abc"), 0);
  EXPECT_EQ(EditDistance("abc", "ab"), 1);
  EXPECT_EQ(EditDistance("abc", "acb"), 1);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("num-beams", "num_beams"), 0);
}

TEST(NearestName, PrefersTheClosest) {
  const std::vector<std::string> known = {"seed", "learning_rate", "num_beams"};
  EXPECT_EQ(NearestName("learning_rat", known), "learning_rate");
  EXPECT_EQ(NearestName("x", {}), "");
}

}  // namespace
}  // namespace plumbline
