#include "harness/eval/beam_item.h"

#include <gtest/gtest.h>

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;

constexpr int64_t kEos = 1;

GenerationConfig TwoBeams() {
  GenerationConfig config;
  config.num_beams = 2;
  config.eos_token_id = {kEos};
  config.length_penalty = 1.0;
  return config;
}

const SequenceLengths kLengths = {1, 8, 0};
const Ids kStart = {0};

TEST(BeamItem, TakesTwiceTheBeamsAndMoreForEveryFurtherEos) {
  GenerationConfig config = TwoBeams();
  EXPECT_EQ(CandidatesOfItem(config), 4);
  config.eos_token_id = {1, 2, 3};
  EXPECT_EQ(CandidatesOfItem(config), 8);
  config.eos_token_id = {};
  EXPECT_EQ(CandidatesOfItem(config), 4);
}

TEST(BeamItem, ScoresAreDividedByTheLengthWithEosAndWithoutTheStart) {
  const GenerationConfig config = TwoBeams();
  BeamItem item(config, kLengths, kStart);
  item.Advance(std::vector<Candidate>{{-1, 0, 5}, {-2, 0, 6}, {-3, 0, 7}, {-4, 0, 8}});
  item.Advance(std::vector<Candidate>{{-3, 0, kEos}, {-4, 1, 5}, {-5, 0, 6}, {-6, 0, 7}});
  EXPECT_TRUE(item.finished()[0].is_finished);
  EXPECT_FLOAT_EQ(item.finished()[0].score, -1.5f);
  EXPECT_EQ(item.finished()[0].sequence, (Ids{0, 5, kEos}));
  EXPECT_FALSE(item.finished()[1].is_finished);
  EXPECT_EQ(item.running()[0].sequence, (Ids{0, 6, 5}));
  EXPECT_EQ(item.running()[0].parent, 1);
  EXPECT_EQ(item.running()[1].sequence, (Ids{0, 5, 6}));
}

TEST(BeamItem, AnEosBelowTheBestBeamsDoesNotFinish) {
  const GenerationConfig config = TwoBeams();
  BeamItem item(config, kLengths, kStart);
  item.Advance(std::vector<Candidate>{{-1, 0, 5}, {-2, 0, 6}, {-3, 0, kEos}, {-4, 0, 8}});
  EXPECT_FALSE(item.finished()[0].is_finished);
  EXPECT_EQ(item.running()[1].sequence, (Ids{0, 6}));
}

// Both finish at -1 and -2; the best running sum is -2.5 over 1 token: it cannot beat -2 at this length.
TEST(BeamItem, StopsWhenTheBestRunningBeamIsWorseThanTheWorstFinished) {
  GenerationConfig config = TwoBeams();
  config.eos_token_id = {kEos, 2};
  const std::vector<Candidate> candidates = {{-1, 0, kEos}, {-2, 0, 2},  {-2.5, 0, 5},
                                             {-4, 0, 6},    {-5, 0, 7},  {-6, 0, 8}};
  BeamItem item(config, kLengths, kStart);
  item.Advance(candidates);
  EXPECT_TRUE(item.is_done());
  // At the full length of 7 it could still reach -2.5 / 7.
  config.early_stopping = EarlyStopping::kNever;
  BeamItem patient(config, kLengths, kStart);
  patient.Advance(candidates);
  EXPECT_FALSE(patient.is_done());
  // Without a penalty for length nothing longer is ever better.
  config.length_penalty = 0;
  BeamItem exact(config, kLengths, kStart);
  exact.Advance(candidates);
  EXPECT_TRUE(exact.is_done());
}

TEST(BeamItem, TrueStopsAtTheLastFreePlaceWhateverRunsOn) {
  GenerationConfig config = TwoBeams();
  config.eos_token_id = {kEos, 2};
  // The best running beam still beats the worst finished one.
  const std::vector<Candidate> candidates = {{-1, 0, kEos}, {-1.5, 0, 2}, {-1.2f, 0, 5},
                                             {-4, 0, 6},    {-5, 0, 7},   {-6, 0, 8}};
  for (const EarlyStopping rule : {EarlyStopping::kTrue, EarlyStopping::kFalse}) {
    config.early_stopping = rule;
    BeamItem item(config, kLengths, kStart);
    item.Advance(candidates);
    EXPECT_EQ(item.is_done(), rule == EarlyStopping::kTrue);
  }
}

TEST(BeamItem, AtTheMaximumEverythingFinishes) {
  const GenerationConfig config = TwoBeams();
  BeamItem item(config, {1, 2, 0}, kStart);
  item.Advance(std::vector<Candidate>{{-1, 0, 5}, {-2, 0, 6}, {-3, 0, 7}, {-4, 0, 8}});
  EXPECT_TRUE(item.is_done());
  EXPECT_EQ(item.finished()[0].sequence, (Ids{0, 5}));
  EXPECT_EQ(item.finished()[1].sequence, (Ids{0, 6}));
}

TEST(BeamItem, ABetterTextTakesThePlaceOfTheWorst) {
  GenerationConfig config = TwoBeams();
  config.eos_token_id = {kEos, 2};
  config.early_stopping = EarlyStopping::kNever;
  config.length_penalty = 2.0;
  BeamItem item(config, kLengths, kStart);
  item.Advance(std::vector<Candidate>{
      {-1, 0, kEos}, {-2, 0, 2}, {-2.5, 0, 5}, {-4, 0, 6}, {-5, 0, 7}, {-6, 0, 8}});
  item.Advance(std::vector<Candidate>{
      {-2.6f, 0, kEos}, {-3, 0, 5}, {-4, 1, 5}, {-5, 1, 6}, {-6, 1, 7}, {-7, 1, 8}});
  EXPECT_FLOAT_EQ(item.finished()[0].score, -0.65f);  // -2.6 / 2^2
  EXPECT_FLOAT_EQ(item.finished()[1].score, -1.0f);
}

}  // namespace
}  // namespace plumbline::eval
