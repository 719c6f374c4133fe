#include "harness/data/batch.h"

#include <ATen/core/Tensor.h>

#include <numeric>

#include "tests/testing/error_matcher.h"

namespace plumbline::data {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kStart = 2;
constexpr int64_t kPad = 3;

std::vector<int64_t> Values(const at::Tensor& ids) {
  EXPECT_EQ(ids.scalar_type(), at::kLong);
  return {ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + ids.numel()};
}

std::vector<TokenizedRow> ThreeRows() {
  return {{"a", {10, 11, 12}, {20, 1}, 100},
          {"b", {13}, {21, 22, 23, 1}, 101},
          {"c", {14, 15}, {1}, 102}};
}

TEST(Batch, RowsFollowOneAnotherInTheGivenOrder) {
  const std::vector<int64_t> order = {1, 0};
  const Batch batch = MakeBatch(ThreeRows(), order, kStart, kPad);
  EXPECT_THAT(Values(batch.packed.source_ids_N), ElementsAre(13, 10, 11, 12));
  EXPECT_THAT(batch.packed.source_offsets, ElementsAre(0, 1, 4));
  EXPECT_THAT(Values(batch.packed.labels_M), ElementsAre(21, 22, 23, 1, 20, 1));
  EXPECT_THAT(Values(batch.packed.decoder_input_ids_M), ElementsAre(2, 21, 22, 23, 2, 20));
  EXPECT_THAT(batch.packed.target_offsets, ElementsAre(0, 4, 6));
  EXPECT_THAT(batch.rows, ElementsAre(101, 100));
}

TEST(Batch, CountsRealTokensAndThePaddingOfAPaddedLayout) {
  const std::vector<int64_t> order = {0, 1, 2};
  const TokenCounts counts = MakeBatch(ThreeRows(), order, kStart, kPad).counts;
  EXPECT_EQ(counts, (TokenCounts{6, 7, 3 * 3 - 6, 3 * 4 - 7}));
  TokenCounts twice = counts;
  twice += counts;
  EXPECT_EQ(twice, (TokenCounts{12, 14, 6, 10}));
}

TEST(Batch, IgnoredLabelsCarryNoLossAndBecomePaddingInTheDecoder) {
  const std::vector<TokenizedRow> rows = {{"a", {10}, {-100, 20, 1}, 0}};
  const std::vector<int64_t> order = {0};
  const Batch batch = MakeBatch(rows, order, kStart, kPad);
  EXPECT_THAT(Values(batch.packed.decoder_input_ids_M), ElementsAre(2, 3, 20));
  EXPECT_THAT(Values(batch.packed.labels_M), ElementsAre(-100, 20, 1));
  EXPECT_EQ(batch.counts.target, 2);
  EXPECT_EQ(batch.counts.target_padding, 0);
}

TEST(Batch, CausalRowsAreShiftedAndCarryLossOnTheContinuationAlone) {
  const std::vector<int64_t> order = {0, 2};
  const Batch batch = MakeCausalBatch(ThreeRows(), order);
  EXPECT_EQ(batch.packed.source_ids_N.numel(), 0);
  EXPECT_THAT(batch.packed.source_offsets, ElementsAre(0, 0, 0));
  EXPECT_THAT(Values(batch.packed.decoder_input_ids_M), ElementsAre(10, 11, 12, 20, 14, 15));
  EXPECT_THAT(Values(batch.packed.labels_M), ElementsAre(-100, -100, 20, 1, -100, 1));
  EXPECT_THAT(batch.packed.target_offsets, ElementsAre(0, 4, 6));
  EXPECT_EQ(batch.counts.target, 3);
  EXPECT_EQ(batch.counts.source, 3);  // the inputs whose successor is given: 10 11, 14
  EXPECT_EQ(batch.counts.target_padding, 2);
}

TEST(Batch, EmptyRowsAndWrongIndicesAreRefused) {
  const std::vector<int64_t> first = {0};
  const std::vector<int64_t> fourth = {3};
  const std::vector<TokenizedRow> no_source = {{"a", {}, {1}, 0}};
  const std::vector<TokenizedRow> no_labels = {{"b", {1}, {}, 0}};
  const std::vector<TokenizedRow> ignored = {{"c", {1}, {-100, 1}, 0}};
  EXPECT_ERROR(MakeBatch(no_source, first, kStart, kPad), ErrorKind::kData, "no source tokens");
  EXPECT_ERROR(MakeBatch(no_labels, first, kStart, kPad), ErrorKind::kData, "no labels");
  EXPECT_ERROR(MakeCausalBatch(ignored, first), ErrorKind::kData, "ignored label");
  EXPECT_ERROR(MakeBatch(ThreeRows(), fourth, kStart, kPad), ErrorKind::kInternal, "");
}

TEST(Batch, AnOrderIsCutIntoConsecutiveGroups) {
  std::vector<int64_t> order(7);
  std::iota(order.begin(), order.end(), 0);
  const auto batches = BatchesOf(order, 3);
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_THAT(batches[1], ElementsAre(3, 4, 5));
  EXPECT_THAT(batches[2], ElementsAre(6));
  EXPECT_TRUE(BatchesOf({}, 3).empty());
  EXPECT_ERROR(BatchesOf(order, 0), ErrorKind::kInternal, "");
}

}  // namespace
}  // namespace plumbline::data
