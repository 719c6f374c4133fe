#include "harness/eval/processors.h"

#include <gtest/gtest.h>

#include <limits>

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;
using Floats = std::vector<float>;

constexpr float kBanned = -std::numeric_limits<float>::infinity();

TEST(Processors, RepetitionMultipliesNegativeAndDividesPositiveScoresOnce) {
  Floats scores = {4, -4, 3, 0, 5};
  Ids scratch;
  PenalizeRepetition(2, Ids{0, 1, 1, 1, 3, 0, 17}, &scratch, scores);
  EXPECT_EQ(scores, (Floats{2, -8, 3, 0, 5}));
}

TEST(Processors, UnigramsBanEverythingSeen) {
  Floats scores(5, 1);
  BanRepeatedNgrams(1, Ids{0, 3}, scores);
  EXPECT_EQ(scores, (Floats{kBanned, 1, 1, kBanned, 1}));
}

TEST(Processors, NgramsBanWhatFollowedTheSameBeginning) {
  Floats scores(6, 1);
  BanRepeatedNgrams(3, Ids{1, 2, 4, 1, 2, 5, 1, 2}, scores);  // after 1 2 came 4 and 5
  EXPECT_EQ(scores, (Floats{1, 1, 1, 1, kBanned, kBanned}));
}

TEST(Processors, SequencesShorterThanAnNgramBanNothing) {
  Floats scores(3, 1);
  BanRepeatedNgrams(3, Ids{1, 1}, scores);
  EXPECT_EQ(scores, Floats(3, 1));
  BanRepeatedNgrams(2, Ids{1}, scores);
  EXPECT_EQ(scores, Floats(3, 1));
}

TEST(Processors, ForcingLeavesNoOtherChoice) {
  Floats scores = {1, 2, 3};
  Force(Ids{1}, scores);
  EXPECT_EQ(scores, (Floats{kBanned, 0, kBanned}));
}

TEST(Processors, EosIsBannedUntilTheMinimumIsReached) {
  GenerationConfig config;
  config.eos_token_id = {0, 2};
  const SequenceLengths lengths = {1, 10, 3};
  Ids scratch;
  Floats scores(3, 1);
  Process(config, lengths, Ids{5, 1}, &scratch, scores);
  EXPECT_EQ(scores, (Floats{kBanned, 1, kBanned}));
  scores.assign(3, 1);
  Process(config, lengths, Ids{5, 1, 1}, &scratch, scores);
  EXPECT_EQ(scores, Floats(3, 1));
}

TEST(Processors, ForcedEndWinsOverForcedBeginningAndMinimum) {
  GenerationConfig config;
  config.eos_token_id = {0};
  config.forced_bos_token_id = 1;
  config.forced_eos_token_id = {0};
  Ids scratch;
  Floats scores(3, 1);
  Process(config, {1, 4, 4}, Ids{5}, &scratch, scores);
  EXPECT_EQ(scores, (Floats{kBanned, 0, kBanned}));
  scores.assign(3, 1);
  Process(config, {1, 2, 2}, Ids{5}, &scratch, scores);  // first token is the last one too
  EXPECT_EQ(scores, (Floats{0, kBanned, kBanned}));
}

TEST(Processors, APenaltyActsBeforeABan) {
  GenerationConfig config;
  config.repetition_penalty = 0.5;
  config.no_repeat_ngram_size = 1;
  Ids scratch;
  Floats scores = {2, 2};
  Process(config, {1, 9, 0}, Ids{1}, &scratch, scores);
  EXPECT_EQ(scores, (Floats{2, kBanned}));
}

}  // namespace
}  // namespace plumbline::eval
