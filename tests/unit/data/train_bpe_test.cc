// Byte-pair training against merges counted by hand.
#include "harness/data/train_bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/testing/error_matcher.h"

namespace plumbline::data {
namespace {

using ::testing::ElementsAre;

std::vector<uint8_t> PlainBytes() {
  std::vector<uint8_t> bytes(256);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  return bytes;
}

std::vector<std::string> LearnedPieces(const WordCounts& words, int64_t num_merges) {
  const BpeVocabulary vocabulary = TrainBpe(words, PlainBytes(), 256 + num_merges);
  return {vocabulary.pieces.begin() + 256, vocabulary.pieces.end()};
}

// "es" 9 times (newest 6, widest 3), then "est" 9, then "lo" 7 before "ne" 6 ...
TEST(TrainBpe, MergesTheMostFrequentPairFirst) {
  const WordCounts words = {{"low", 5}, {"lower", 2}, {"newest", 6}, {"widest", 3}};
  EXPECT_THAT(LearnedPieces(words, 4), ElementsAre("es", "est", "lo", "low"));
}

// "ab" and "cd" occur twice each; "ab" has the smaller ids.
TEST(TrainBpe, GivesTiesToTheSmallerIds) {
  EXPECT_THAT(LearnedPieces({{"cd", 2}, {"ab", 2}}, 2), ElementsAre("ab", "cd"));
}

// In another alphabet the same bytes have other ids, and the tie goes the other way.
TEST(TrainBpe, OrdersIdsByTheAlphabet) {
  std::vector<uint8_t> reversed = PlainBytes();
  std::reverse(reversed.begin(), reversed.end());
  const BpeVocabulary vocabulary = TrainBpe({{"cd", 2}, {"ab", 2}}, reversed, 257);
  EXPECT_EQ(vocabulary.pieces.back(), "cd");
}

TEST(TrainBpe, StopsWhenNoPairOccursTwice) {
  EXPECT_THAT(LearnedPieces({{"ab", 1}, {"cd", 2}}, 10), ElementsAre("cd"));
}

// "aaaa" becomes (aa)(aa), then one piece: a pair is replaced from the left and never overlaps.
TEST(TrainBpe, ReplacesRunsFromTheLeft) {
  EXPECT_THAT(LearnedPieces({{"aaaa", 3}}, 2), ElementsAre("aa", "aaaa"));
}

TEST(TrainBpe, RefusesAVocabularyWithoutAllBytes) {
  EXPECT_ERROR(TrainBpe({}, PlainBytes(), 255), ErrorKind::kUsage, "255");
}

}  // namespace
}  // namespace plumbline::data
