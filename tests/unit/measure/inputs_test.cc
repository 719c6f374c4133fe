#include "harness/measure/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/file.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::measure {
namespace {

InputOptions Small() {
  InputOptions options;
  options.rows = 200;
  options.source = {3, 9};
  options.target = {2, 2};
  options.vocab_size = 20;
  options.reserved = {0, 1, 2};
  options.end_id = 1;
  return options;
}

bool Equal(const std::vector<data::TokenizedRow>& a, const std::vector<data::TokenizedRow>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.fname == y.fname && x.input_ids == y.input_ids && x.labels == y.labels;
  });
}

TEST(Inputs, LengthsFillTheirRangeAndSpecialIdsAreNeverDrawn) {
  size_t shortest = 99, longest = 0;
  for (const data::TokenizedRow& row : MakeInputs(Small())) {
    shortest = std::min(shortest, row.input_ids.size());
    longest = std::max(longest, row.input_ids.size());
    for (const int64_t id : row.input_ids) EXPECT_TRUE(id >= 3 && id < 20) << id;
    ASSERT_EQ(row.labels.size(), 2u);
    EXPECT_GE(row.labels[0], 3);
    EXPECT_EQ(row.labels[1], 1);
  }
  EXPECT_EQ(shortest, 3u);
  EXPECT_EQ(longest, 9u);
}

TEST(Inputs, ARowDependsOnTheSeedAndItsNumberAlone) {
  InputOptions few = Small();
  few.rows = 3;
  const auto many = MakeInputs(Small());
  EXPECT_TRUE(Equal(MakeInputs(few), {many.begin(), many.begin() + 3}));
  few.seed = 43;
  EXPECT_FALSE(Equal(MakeInputs(few), {many.begin(), many.begin() + 3}));
}

TEST(Inputs, WrittenRowsReadBackAsTheyWere) {
  const testing::TemporaryDirectory directory;
  const auto rows = MakeInputs(Small());
  WriteInputs(directory / "in.jsonl", rows);
  EXPECT_TRUE(Equal(ReadInputs(directory / "in.jsonl", 20), rows));
  EXPECT_ERROR(ReadInputs(directory / "in.jsonl", 10), ErrorKind::kUsage, "ids of the model");
}

TEST(Inputs, TextRowsAreRefused) {
  const testing::TemporaryDirectory directory;
  WriteFileAtomic(directory / "in.jsonl",
                  R"({"fname":"a","dialogue":"d","summary":"s"})" "\n");
  EXPECT_ERROR(ReadInputs(directory / "in.jsonl", 10), ErrorKind::kUsage, "");
}

TEST(Inputs, RangesAreNumbersInOrder) {
  EXPECT_EQ(LengthRangeFrom("7", "--l").most, 7);
  EXPECT_EQ(LengthRangeFrom("7:9", "--l").least, 7);
  EXPECT_EQ(LengthRangeFrom("7:9", "--l").most, 9);
  for (const char* text : {"", "0", "9:7", "7:", ":7", "a", "1:2:3", "-1:3"})
    EXPECT_ERROR(LengthRangeFrom(text, "--l"), ErrorKind::kUsage, "--l");
}

TEST(Inputs, AVocabularyOfSpecialIdsIsRefused) {
  InputOptions options = Small();
  options.vocab_size = 3;
  EXPECT_ERROR(MakeInputs(options), ErrorKind::kUsage, "nothing but special ids");
}

}  // namespace
}  // namespace plumbline::measure
