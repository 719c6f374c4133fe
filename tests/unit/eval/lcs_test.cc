#include "harness/eval/lcs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/random.h"

namespace plumbline::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<TokenId> RandomIds(SplitMix64& random, uint64_t longest, uint64_t vocabulary) {
  std::vector<TokenId> ids(random.Below(longest + 1));
  for (TokenId& id : ids) id = static_cast<TokenId>(random.Below(vocabulary));
  return ids;
}

TEST(Lcs, KnownLengths) {
  LcsLength length;
  EXPECT_EQ(length(std::vector<TokenId>{1, 2, 3, 4}, std::vector<TokenId>{2, 4, 3}), 2);
  EXPECT_EQ(length(std::vector<TokenId>{}, std::vector<TokenId>{1}), 0);
  EXPECT_EQ(length(std::vector<TokenId>{1}, std::vector<TokenId>{}), 0);
  const std::vector<TokenId> same(200, 7);
  EXPECT_EQ(length(same, same), 200);
}

TEST(Lcs, BitVectorsAgreeWithTheTableOverWordBoundaries) {
  SplitMix64 random = NamedStream(3, "lcs");
  LcsLength length;
  for (int i = 0; i < 400; ++i) {
    const auto a = RandomIds(random, 200, 1 + random.Below(30));
    const auto b = RandomIds(random, 200, 1 + random.Below(30));
    ASSERT_EQ(length(a, b), std::ssize(LcsIndices(a, b))) << "pair " << i;
  }
}

TEST(Lcs, IndicesFollowTheReferencesOrderOfReading) {
  // Two longest ones exist, {a} and {b}; going up first finds the earlier token of the reference.
  EXPECT_THAT(LcsIndices(std::vector<TokenId>{1, 2}, std::vector<TokenId>{2, 1}), ElementsAre(0));
  EXPECT_THAT(LcsIndices(std::vector<TokenId>{1, 2, 3}, std::vector<TokenId>{1, 3}),
              ElementsAre(0, 2));
  EXPECT_THAT(LcsIndices(std::vector<TokenId>{1}, std::vector<TokenId>{2}), IsEmpty());
  EXPECT_THAT(LcsIndices(std::vector<TokenId>{}, std::vector<TokenId>{}), IsEmpty());
}

}  // namespace
}  // namespace plumbline::eval
