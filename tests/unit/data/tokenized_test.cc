#include "harness/data/tokenized.h"

#include "tests/testing/error_matcher.h"

namespace plumbline::data {
namespace {

using ::testing::ElementsAre;

// One id a byte; what stands around a text and whether there is an EOS are the test's choice.
class ByteTokenizer final : public Tokenizer {
 public:
  ByteTokenizer(std::vector<int64_t> prefix, std::vector<int64_t> suffix,
                std::optional<int64_t> eos)
      : prefix_(std::move(prefix)), suffix_(std::move(suffix)) {
    special_.eos = eos;
  }
  Encoding Encode(std::string_view text) const override { return EncodePlain(text); }
  Encoding EncodePlain(std::string_view text) const override {
    return {{text.begin(), text.end()}, {}, {}};
  }
  std::string Decode(std::span<const int64_t>, bool) const override { return ""; }
  int64_t vocab_size() const override { return 256; }
  const std::string& Piece(int64_t) const override { return digest_; }
  std::optional<int64_t> IdOf(std::string_view) const override { return std::nullopt; }
  const SpecialIds& special_ids() const override { return special_; }
  bool IsSpecial(int64_t) const override { return false; }
  std::span<const int64_t> prefix_ids() const override { return prefix_; }
  std::span<const int64_t> suffix_ids() const override { return suffix_; }
  const std::string& digest() const override { return digest_; }

 private:
  std::vector<int64_t> prefix_, suffix_;
  SpecialIds special_;
  std::string digest_;
};

Example TextRow(std::string dialogue, std::string summary) {
  Example example;
  example.fname = "row";
  example.dialogue = std::move(dialogue);
  example.summary = {std::move(summary)};
  return example;
}

TEST(Tokenized, TargetsEndWithEosAndSourcesGetOnlyThePostProcessor) {
  const ByteTokenizer kobart({}, {}, 1);
  EXPECT_THAT(EncodeSource(kobart, "ab", 10), ElementsAre('a', 'b'));
  EXPECT_THAT(EncodeTarget(kobart, "ab", 10), ElementsAre('a', 'b', 1));
  const ByteTokenizer wrapped({0}, {1}, 1);
  EXPECT_THAT(EncodeSource(wrapped, "ab", 10), ElementsAre(0, 'a', 'b', 1));
  EXPECT_THAT(EncodeTarget(wrapped, "ab", 10), ElementsAre('a', 'b', 1));
}

TEST(Tokenized, TruncationKeepsTheSpecialTokens) {
  const ByteTokenizer wrapped({0}, {1}, 1);
  EXPECT_THAT(EncodeSource(wrapped, "abcdef", 4), ElementsAre(0, 'a', 'b', 1));
  EXPECT_THAT(EncodeTarget(wrapped, "abcdef", 4), ElementsAre('a', 'b', 'c', 1));
  EXPECT_THAT(EncodeTarget(wrapped, "abc", 4), ElementsAre('a', 'b', 'c', 1));
}

TEST(Tokenized, TruncatedRowsAreCounted) {
  const ByteTokenizer kobart({}, {}, 1);
  const std::vector<Example> examples = {TextRow("abcd", "ab"), TextRow("abcde", "abc")};
  const TokenizedRows result = TokenizeExamples(examples, &kobart, {4, 3});
  EXPECT_EQ(result.num_truncated_sources, 1);
  EXPECT_EQ(result.num_truncated_targets, 1);
  EXPECT_THAT(result.rows[1].input_ids, ElementsAre('a', 'b', 'c', 'd'));
  EXPECT_THAT(result.rows[1].labels, ElementsAre('a', 'b', 1));
}

TEST(Tokenized, AnEmptySummaryStillTeachesToStop) {
  const ByteTokenizer kobart({}, {}, 1);
  EXPECT_THAT(EncodeTarget(kobart, "", 4), ElementsAre(1));
}

TEST(Tokenized, ALimitWithoutRoomIsAUsageError) {
  const ByteTokenizer wrapped({0}, {1}, 1);
  EXPECT_ERROR(EncodeSource(wrapped, "a", 2), ErrorKind::kUsage, "at least 3");
  EXPECT_ERROR(EncodeTarget(wrapped, "a", 1), ErrorKind::kUsage, "at least 2");
}

TEST(Tokenized, ATargetWithoutEosIsRefused) {
  const ByteTokenizer endless({}, {}, std::nullopt);
  EXPECT_ERROR(EncodeTarget(endless, "a", 4), ErrorKind::kModel, "EOS");
}

TEST(Tokenized, IdRowsAreTakenAsTheyAre) {
  Example example;
  example.fname = "ids";
  example.is_tokenized = true;
  example.input_ids = {5, 6};
  example.labels = {7, -100};
  example.row = 9;
  const TokenizedRows result = TokenizeExamples(std::span(&example, 1), nullptr, {2, 2});
  EXPECT_EQ(result.rows[0].input_ids, example.input_ids);
  EXPECT_EQ(result.rows[0].labels, example.labels);
  EXPECT_EQ(result.rows[0].row, 9);
  EXPECT_ERROR(TokenizeExamples(std::span(&example, 1), nullptr, {1, 2}), ErrorKind::kData,
               "data.max_source_length");
  EXPECT_ERROR(TokenizeExamples(std::span(&example, 1), nullptr, {2, 1}), ErrorKind::kData,
               "data.max_target_length");
}

// Decoder-only models run prompt and target as one sequence: rows with equal prompts are not equally long.
TEST(Tokenized, TheLengthOfAJoinedRowCountsItsTarget) {
  TokenizedRow row;
  row.input_ids = {5, 6, 7};
  row.labels = {8, 9};
  EXPECT_EQ(RowLength(row, false), 3);
  EXPECT_EQ(RowLength(row, true), 5);
  row.labels.clear();
  EXPECT_EQ(RowLength(row, true), 3);
}

TEST(Tokenized, TextWithoutATokenizerIsAUsageError) {
  const std::vector<Example> examples = {TextRow("a", "b")};
  EXPECT_ERROR(TokenizeExamples(examples, nullptr, {}), ErrorKind::kUsage, "tokenizer.path");
}

TEST(Tokenized, ADialogueThatTokenizesToNothingIsADataError) {
  const ByteTokenizer kobart({}, {}, 1);
  const std::vector<Example> examples = {TextRow("", "b")};
  EXPECT_ERROR(TokenizeExamples(examples, &kobart, {}), ErrorKind::kData, "'row'");
}

}  // namespace
}  // namespace plumbline::data
