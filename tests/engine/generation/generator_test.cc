#include "harness/eval/generator.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/random.h"
#include "tests/engine/generation/hash_model.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;
using testing::HashModel;
using testing::HashModelOptions;

constexpr int64_t kEos = 1;

HashModelOptions Lifted(double lift) {
  HashModelOptions options;
  options.seed = 4;
  options.vocab_size = 20;
  options.lifted = {kEos};
  options.lift = lift;
  return options;
}

GenerationConfig Beams(int64_t num_beams) {
  GenerationConfig config;
  config.num_beams = num_beams;
  config.max_new_tokens = 10;
  config.eos_token_id = {kEos};
  config.decoder_start_token_id = 0;
  return config;
}

std::vector<Ids> Sources(int64_t count) {
  SplitMix64 random(8);
  std::vector<Ids> sources;
  for (int64_t i = 0; i < count; ++i) {
    sources.emplace_back(1 + random.Below(6), 2 + static_cast<int64_t>(random.Below(15)));
    sources.back().push_back(i % 20);
  }
  return sources;
}

void ExpectSame(const GenerationOutput& a, const GenerationOutput& b) {
  EXPECT_EQ(a.ids, b.ids);
  ASSERT_EQ(a.score.has_value(), b.score.has_value());
  if (a.score) {
    EXPECT_NEAR(*a.score, *b.score, 1e-6);
  }
}

TEST(Generator, TheOrderOfItemsDoesNotMatter) {
  HashModel model(Lifted(1));
  const std::vector<Ids> sources = Sources(17);
  for (const int64_t beams : {1, 4}) {
    const auto in_order = Generate(model, sources, Beams(beams), {5, nullptr});
    const std::vector<int64_t> order = Permutation(17, SplitMix64(3));
    std::vector<Ids> shuffled;
    for (const int64_t i : order) shuffled.push_back(sources[i]);
    const auto found = Generate(model, shuffled, Beams(beams), {5, nullptr});
    for (size_t i = 0; i < order.size(); ++i) ExpectSame(found[i], in_order[order[i]]);
  }
}

TEST(Generator, BatchesAndThreadsDoNotMatter) {
  HashModel model(Lifted(1));
  const std::vector<Ids> sources = Sources(9);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = Generate(model, sources, Beams(3), {1, nullptr});
  for (const int num_threads : {1, 2, 3}) {
    at::set_num_threads(num_threads);
    for (const int64_t batch_size : {1, 2, 9, 100}) {
      const auto found = Generate(model, sources, Beams(3), {batch_size, nullptr});
      for (size_t i = 0; i < sources.size(); ++i) ExpectSame(found[i], alone[i]);
    }
  }
  at::set_num_threads(threads);
}

TEST(Generator, ProgressReachesEveryItemOnce) {
  HashModel model(Lifted(1));
  std::vector<int64_t> seen;
  Generate(model, Sources(7), Beams(1), {2, [&](int64_t done) { seen.push_back(done); }});
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 7);
}

TEST(Generator, FinishedItemsCostNothingMore) {
  HashModel quick(Lifted(30));   // EOS at once
  HashModel slow(Lifted(-100));  // never
  at::set_num_threads(1);
  Generate(quick, Sources(6), Beams(1), {6, nullptr});
  Generate(slow, Sources(6), Beams(1), {6, nullptr});
  EXPECT_EQ(quick.num_row_steps(), 6);
  EXPECT_EQ(slow.num_row_steps(), 60);
}

TEST(Generator, GreedyKeepsEosHasNoScoreAndNoStartToken) {
  HashModel model(Lifted(30));
  const auto found = Generate(model, {{5, 6}}, Beams(1));
  EXPECT_EQ(found[0].ids, Ids{kEos});
  EXPECT_FALSE(found[0].score.has_value());
  EXPECT_TRUE(found[0].candidates.empty());
}

TEST(Generator, OneTokenIsTheShortestText) {
  HashModel model(Lifted(0));
  for (const int64_t beams : {1, 3}) {
    GenerationConfig config = Beams(beams);
    config.max_new_tokens = 1;
    const auto found = Generate(model, Sources(4), config);
    for (const GenerationOutput& output : found) EXPECT_EQ(output.ids.size(), 1U);
  }
}

TEST(Generator, MaxLengthCountsTheStartTokenAndMaxNewTokensDoesNot) {
  HashModel model(Lifted(-100));
  GenerationConfig config = Beams(2);
  EXPECT_EQ(Generate(model, {{5}}, config)[0].ids.size(), 10U);
  config.max_new_tokens.reset();
  config.max_length = 10;
  EXPECT_EQ(Generate(model, {{5}}, config)[0].ids.size(), 9U);
  config.max_length.reset();
  EXPECT_EQ(Generate(model, {{5}}, config)[0].ids.size(), 20U);
}

TEST(Generator, SeveralReturnedSequencesAreDistinctAndBestFirst) {
  HashModel model(Lifted(1));
  GenerationConfig config = Beams(4);
  config.num_return_sequences = 4;
  for (const GenerationOutput& output : Generate(model, Sources(5), config)) {
    ASSERT_EQ(output.candidates.size(), 4U);
    EXPECT_EQ(output.candidates[0].ids, output.ids);
    EXPECT_EQ(output.candidates[0].score, output.score);
    for (size_t i = 1; i < 4; ++i) {
      EXPECT_GE(*output.candidates[i - 1].score, *output.candidates[i].score);
      EXPECT_NE(output.candidates[i - 1].ids, output.candidates[i].ids);
    }
  }
}

TEST(Generator, AnyOfSeveralEosIdsEndsAText) {
  HashModelOptions options = Lifted(3);
  options.lifted = {1, 7};
  HashModel model(options);
  GenerationConfig config = Beams(3);
  config.eos_token_id = {1, 7};
  int64_t num_ended[2] = {0, 0};
  for (const GenerationOutput& output : Generate(model, Sources(30), config)) {
    num_ended[0] += output.ids.back() == 1 ? 1 : 0;
    num_ended[1] += output.ids.back() == 7 ? 1 : 0;
    const auto inside = std::find_if(output.ids.begin(), output.ids.end() - 1,
                                     [](int64_t id) { return id == 1 || id == 7; });
    EXPECT_EQ(inside, output.ids.end() - 1);
  }
  EXPECT_GT(num_ended[0], 0);
  EXPECT_GT(num_ended[1], 0);
}

// With a positive length penalty only "never" looks at what a longer text could still score.
TEST(Generator, NeverSearchesAtLeastAsLongAsTheHeuristics) {
  GenerationConfig config = Beams(3);
  config.length_penalty = 2.0;
  int64_t steps[3];
  double scores[3] = {0, 0, 0};
  const EarlyStopping rules[] = {EarlyStopping::kTrue, EarlyStopping::kFalse,
                                 EarlyStopping::kNever};
  for (int i = 0; i < 3; ++i) {
    HashModel model(Lifted(2));
    config.early_stopping = rules[i];
    for (const auto& output : Generate(model, Sources(20), config)) scores[i] += *output.score;
    steps[i] = model.num_row_steps();
  }
  EXPECT_LT(steps[0], steps[1]);
  EXPECT_LT(steps[1], steps[2]);
  EXPECT_GT(scores[2], scores[0]);
}

TEST(Generator, NoSourcesGiveNoOutputs) {
  HashModel model(Lifted(0));
  EXPECT_TRUE(Generate(model, {}, Beams(2)).empty());
}

TEST(Generator, WrongSourcesAreRefusedByNumber) {
  HashModel model(Lifted(0));
  EXPECT_ERROR(Generate(model, {{3}, {}}, Beams(2)), ErrorKind::kData, "item 1: found no tokens");
  EXPECT_ERROR(Generate(model, {{3}, {4, 20}}, Beams(2)), ErrorKind::kData, "token id 20");
}

TEST(Generator, NanLogitsAreAnErrorThatNamesTheItem) {
  HashModelOptions options = Lifted(0);
  options.is_nan = true;
  HashModel model(options);
  EXPECT_ERROR(Generate(model, {{3}}, Beams(1)), ErrorKind::kNumeric, "item 0");
  EXPECT_ERROR(Generate(model, {{3}}, Beams(2)), ErrorKind::kNumeric, "NaN");
}

TEST(Generator, WrongConfigsAreRefusedBeforeTheModelRuns) {
  HashModel model(Lifted(0));
  GenerationConfig config = Beams(2);
  config.num_return_sequences = 3;
  EXPECT_ERROR(Generate(model, {{3}}, config), ErrorKind::kUsage, "at most num_beams = 2");
  EXPECT_EQ(model.num_batches(), 0);
}

}  // namespace
}  // namespace plumbline::eval
