#include "harness/train/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

std::vector<int64_t> Sorted(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Sampler, FileOrderWithoutShuffle) {
  const SamplerSettings settings{.num_rows = 5, .batch_size = 2, .shuffle = false};
  EXPECT_THAT(EpochOrder(settings, 3), ElementsAre(0, 1, 2, 3, 4));
}

TEST(Sampler, LastPartialBatchIsKept) {
  const SamplerSettings settings{.num_rows = 5, .batch_size = 2, .shuffle = false};
  EXPECT_THAT(EpochBatches(settings, 0), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(Sampler, ShuffleKeepsEveryRowOnceAndChangesByEpochAndSeed) {
  const SamplerSettings settings{.num_rows = 100, .batch_size = 8};
  const std::vector<int64_t> first = EpochOrder(settings, 0);
  EXPECT_EQ(first, EpochOrder(settings, 0));
  EXPECT_NE(first, EpochOrder(settings, 1));
  SamplerSettings other = settings;
  other.seed = 43;
  EXPECT_NE(first, EpochOrder(other, 0));
  EXPECT_THAT(first, UnorderedElementsAreArray(Sorted(first)));
  EXPECT_EQ(Sorted(first).front(), 0);
  EXPECT_EQ(Sorted(first).back(), 99);
  EXPECT_THAT(first, SizeIs(100));
}

TEST(Sampler, EmptyDataGivesNoBatch) {
  EXPECT_THAT(EpochBatches({.num_rows = 0, .batch_size = 4}, 0), IsEmpty());
  EXPECT_THAT(EpochOrder({.num_rows = 0, .batch_size = 4, .group_by_length = true}, 0), IsEmpty());
}

// 40 rows, groups of 2 rows: 40 / (2 * 4) = 5 groups, mega-batches of 10 rows, each falling in length but for the
// two swapped rows at their heads.
TEST(Sampler, GroupedByLengthSortsMegaBatchesAndStartsWithTheLongest) {
  SamplerSettings settings{.num_rows = 40, .batch_size = 2, .group_by_length = true};
  for (int64_t row = 0; row < 40; ++row) settings.lengths.push_back((row * 7) % 40);
  const std::vector<int64_t> order = EpochOrder(settings, 0);
  const auto length_at = [&](size_t place) { return settings.lengths[static_cast<size_t>(order[place])]; };
  EXPECT_EQ(length_at(0), 39);
  for (size_t begin = 0; begin < 40; begin += 10) {
    for (size_t place = begin + 1; place + 1 < begin + 10; ++place) EXPECT_GE(length_at(place), length_at(place + 1));
  }
  EXPECT_EQ(Sorted(order), EpochOrder({.num_rows = 40, .shuffle = false}, 0));
}

TEST(Sampler, AccumulationWidensTheGroups) {
  // One mega-batch: 8 rows of distinct lengths, group of 2 * 4 rows, 8 / 32 = 0 groups becomes 1.
  SamplerSettings settings{.num_rows = 8, .batch_size = 2, .gradient_accumulation_steps = 4, .group_by_length = true};
  settings.lengths = {3, 1, 4, 15, 9, 2, 6, 5};
  EXPECT_THAT(EpochOrder(settings, 0), ElementsAre(3, 4, 6, 7, 2, 0, 5, 1));
}

TEST(Sampler, GroupingWithoutLengthsIsABrokenInvariant) {
  EXPECT_ERROR(EpochOrder({.num_rows = 3, .group_by_length = true}, 0), ErrorKind::kInternal, "lengths");
}

}  // namespace
}  // namespace plumbline::train
