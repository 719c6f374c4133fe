// Greedy and beam search of T5 and mT5 against transformers 5.23's generate: ids and scores.
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "harness/eval/generator.h"
#include "tests/parity/bart/golden.h"

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;

// fp32 logits of two implementations agree to about 1e-6; sums of 12 log-probabilities somewhat worse. A choice between
// scores closer than this may fall either way; the goldens carry the closest of each case.
constexpr double kNoise = 5e-6;
constexpr double kScoreTolerance = 1e-4;  // relative
constexpr double kNoHypothesis = -1e8;    // transformers fills places without a hypothesis with -1e9

struct Tally {
  int64_t num_cases = 0;
  int64_t num_equal = 0;
  int64_t num_ties = 0;  // differ, and the margin is below the noise
  int64_t num_sequences = 0;
  int64_t num_ended_by_eos = 0;
  double largest_difference = 0;  // of scores, relative
};

bool Agrees(const Hypothesis& found, const Json& ids, const Json& score, Tally* tally) {
  if (!score.is_null() && score.get<double>() < kNoHypothesis) return *found.score < kNoHypothesis;
  ++tally->num_sequences;
  if (found.ids != ids.get<Ids>()) return false;
  tally->num_ended_by_eos += found.ids.back() == 1 ? 1 : 0;
  if (score.is_null()) return !found.score;
  const double wanted = score.get<double>();
  const double difference = std::abs(*found.score - wanted) / std::max(1e-3, std::abs(wanted));
  tally->largest_difference = std::max(tally->largest_difference, difference);
  return difference <= kScoreTolerance;
}

GenerationConfig ConfigOf(const Json& golden) {
  Json json = golden["config"];
  json["eos_token_id"] = 1;
  json["decoder_start_token_id"] = 0;
  json["pad_token_id"] = 0;
  return GenerationConfigFromJson(json, "expected.json", nullptr);
}

void RunCase(models::Model& model, const std::vector<Ids>& sources, const Json& golden,
             Tally* tally) {
  const auto outputs = Generate(model, sources, ConfigOf(golden), {3, nullptr});
  bool is_equal = outputs.size() == golden["ids"].size();
  for (size_t item = 0; is_equal && item < outputs.size(); ++item) {
    const GenerationOutput& output = outputs[item];
    const std::vector<Hypothesis> places =
        output.candidates.empty() ? std::vector<Hypothesis>{{output.ids, output.score}}
                                  : output.candidates;
    is_equal = places.size() == golden["ids"][item].size();
    for (size_t i = 0; is_equal && i < places.size(); ++i)
      is_equal = Agrees(places[i], golden["ids"][item][i], golden["scores"][item][i], tally);
  }
  ++tally->num_cases;
  const bool is_tie = !is_equal && golden["margin"].get<double>() < kNoise;
  tally->num_equal += is_equal ? 1 : 0;
  tally->num_ties += is_tie ? 1 : 0;
  EXPECT_TRUE(is_equal || is_tie) << golden["config"] << " margin " << golden["margin"];
}

TEST(T5Generation, IdsAndScoresEqualThoseOfTransformers) {
  Tally tally;
  for (const char* shape : testing::kT5Shapes) {
    const testing::TransformersGolden golden("t5", shape);
    const auto model = golden.Load();
    const Json& generation = golden.expected.at("generation");
    for (const Json& one : generation.at("cases"))
      RunCase(*model, generation.at("sources").get<std::vector<Ids>>(), one, &tally);
  }
  std::cout << tally.num_cases << " cases, " << tally.num_equal << " equal, " << tally.num_ties
            << " ties below the noise of " << kNoise << "; " << tally.num_sequences
            << " sequences, " << tally.num_ended_by_eos
            << " ended by EOS; largest relative difference of scores " << tally.largest_difference
            << "\n";
  EXPECT_GE(tally.num_cases, 90);
  EXPECT_LE(tally.num_ties, tally.num_cases / 20);
  EXPECT_GT(tally.num_ended_by_eos, tally.num_sequences / 4);
}

}  // namespace
}  // namespace plumbline::eval
