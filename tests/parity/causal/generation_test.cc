// Greedy and beam search of decoder-only models against transformers' generate on left-padded
// batches of prompts of different lengths, where this side has no padding.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "harness/eval/generator.h"
#include "harness/eval/search_oracle.h"
#include "tests/parity/causal/golden.h"

namespace plumbline::eval {
namespace {

using testing::CausalGolden;
using Ids = std::vector<int64_t>;

// fp32 logits of two implementations agree to about 1e-6; sums of 12 log-probabilities somewhat
// worse. A choice between scores closer than this may fall either way; the goldens carry the
// closest of each case.
constexpr double kNoise = 5e-6;
constexpr double kScoreTolerance = 1e-4;  // relative
constexpr double kNoHypothesis = -1e8;  // transformers fills places without a hypothesis with -1e9

struct Tally {
  int64_t num_cases = 0;
  int64_t num_equal = 0;
  int64_t num_ties = 0;       // differ, and the margin is below the noise
  int64_t num_sequences = 0;  // compared
  int64_t num_empty = 0;      // places without a hypothesis: transformers' padding is not compared
  int64_t num_ended_by_eos = 0;   // of the sequences of beam search
  double largest_difference = 0;  // of scores, relative
};

bool Agrees(const Hypothesis& found, const Json& ids, const Json& score, const Ids& eos,
            Tally* tally) {
  if (!score.is_null() && score.get<double>() < kNoHypothesis) {
    ++tally->num_empty;
    return *found.score < kNoHypothesis;
  }
  ++tally->num_sequences;
  if (found.ids != ids.get<Ids>()) return false;
  if (score.is_null()) return !found.score;
  tally->num_ended_by_eos += std::count(eos.begin(), eos.end(), found.ids.back());
  const double wanted = score.get<double>();
  const double difference = std::abs(*found.score - wanted) / std::max(1e-3, std::abs(wanted));
  tally->largest_difference = std::max(tally->largest_difference, difference);
  return difference <= kScoreTolerance;
}

GenerationConfig ConfigOf(const Json& generation, const Json& golden) {
  Json json = golden.at("config");
  json["eos_token_id"] = generation.at("eos_token_id");
  return GenerationConfigFromJson(json, "generation.json", nullptr);
}

void RunCase(const std::string& shape, const Json& generation, const Json& golden,
             models::Model& model, Tally* tally) {
  const auto outputs = Generate(model, generation.at("prompts").get<std::vector<Ids>>(),
                                ConfigOf(generation, golden), {4, nullptr});
  bool is_equal = outputs.size() == golden.at("ids").size();
  for (size_t item = 0; item < outputs.size(); ++item) {
    std::vector<Hypothesis> places = outputs[item].candidates;
    if (places.empty()) places = {{outputs[item].ids, outputs[item].score}};
    is_equal = is_equal && places.size() == golden.at("ids")[item].size();
    for (size_t i = 0; is_equal && i < places.size(); ++i) {
      is_equal = Agrees(places[i], golden.at("ids")[item][i], golden.at("scores")[item][i],
                        generation.at("eos_token_id").get<Ids>(), tally);
    }
  }
  ++tally->num_cases;
  const bool is_tie = !is_equal && golden.at("margin").get<double>() < kNoise;
  tally->num_equal += is_equal ? 1 : 0;
  tally->num_ties += is_tie ? 1 : 0;
  EXPECT_TRUE(is_equal || is_tie) << shape << " " << golden.at("config") << " margin "
                                  << golden.at("margin");
}

TEST(CausalGeneration, IdsAndScoresEqualThoseOfTransformers) {
  Tally tally;
  for (const char* shape : testing::kCausalShapes) {
    const CausalGolden golden{shape};
    const auto model = golden.Load();
    const Json generation = ReadJsonFile(golden.directory / "generation.json");
    for (const Json& one : generation.at("cases")) RunCase(shape, generation, one, *model, &tally);
  }
  std::cout << tally.num_cases << " cases, " << tally.num_equal << " equal, " << tally.num_ties
            << " ties below the noise of " << kNoise << "; " << tally.num_sequences
            << " sequences, " << tally.num_ended_by_eos << " of beam search ended by EOS, "
            << tally.num_empty << " places without a hypothesis; largest relative difference of "
            << "scores " << tally.largest_difference << "\n";
  EXPECT_EQ(tally.num_cases, 130);
  EXPECT_LE(tally.num_ties, tally.num_cases / 50);
  EXPECT_GT(tally.num_ended_by_eos, tally.num_sequences / 4);
}

// The slow port runs each hypothesis through Logits from its first token: no cache of any kind.
TEST(CausalGeneration, SearchEqualsTheSlowPort) {
  for (const char* shape : testing::kCausalShapes) {
    const CausalGolden golden{shape};
    const auto model = golden.Load();
    const Json generation = ReadJsonFile(golden.directory / "generation.json");
    for (const Json& prompt : generation.at("prompts")) {
      GenerationConfig config;
      config.num_beams = 3;
      config.num_return_sequences = 3;
      config.max_new_tokens = 8;
      config.eos_token_id = generation.at("eos_token_id").get<Ids>();
      config.no_repeat_ngram_size = 2;
      const std::vector<Ids> one = {prompt.get<Ids>()};
      const auto fast = Generate(*model, one, config);
      const auto slow = GenerateSlowly(*model, one, config);
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(fast[0].candidates[i].ids, slow[0].candidates[i].ids) << shape;
        EXPECT_NEAR(*fast[0].candidates[i].score, *slow[0].candidates[i].score, 1e-5) << shape;
      }
    }
  }
}

TEST(CausalGeneration, ABatchOfPromptsGivesWhatEachPromptGivesAlone) {
  const CausalGolden golden{"llama_scaled"};
  const auto model = golden.Load();
  const Json generation = ReadJsonFile(golden.directory / "generation.json");
  const auto prompts = generation.at("prompts").get<std::vector<Ids>>();
  GenerationConfig config;
  config.num_beams = 4;
  config.max_new_tokens = 12;
  config.eos_token_id = generation.at("eos_token_id").get<Ids>();
  const auto alone = Generate(*model, prompts, config, {1, nullptr});
  const auto together = Generate(*model, prompts, config, {6, nullptr});
  for (size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(alone[i].ids, together[i].ids);
    EXPECT_NEAR(*alone[i].score, *together[i].score, 1e-5);
  }
}

}  // namespace
}  // namespace plumbline::eval
