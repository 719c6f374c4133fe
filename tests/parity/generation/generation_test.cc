#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "harness/base/json.h"
#include "harness/eval/generator.h"
#include "tests/parity/generation/lifted.h"

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;

// fp32 logits of two implementations agree to about 1e-6; sums of 12 log-probabilities somewhat worse. A choice
// between scores closer than this may fall either way; the goldens carry the closest of each case.
constexpr double kNoise = 5e-6;
constexpr double kScoreTolerance = 1e-4;  // relative
constexpr double kNoHypothesis = -1e8;    // transformers fills places without a hypothesis with -1e9

struct Tally {
  int64_t num_cases = 0;
  int64_t num_equal = 0;
  int64_t num_ties = 0;       // differ, and the margin is below the noise
  int64_t num_sequences = 0;  // compared
  int64_t num_empty = 0;      // places without a hypothesis: transformers' padding is not compared
  int64_t num_ended_by_eos = 0;
  double largest_difference = 0;  // of scores, relative
};

// Places of one item as hypotheses.
std::vector<Hypothesis> PlacesOf(const GenerationOutput& output) {
  return output.candidates.empty() ? std::vector<Hypothesis>{{output.ids, output.score}}
                                   : output.candidates;
}

// Whether one place agrees; counts it.
bool Agrees(const Hypothesis& found, const Json& ids, const Json& score, const Ids& eos,
            Tally* tally) {
  if (score.is_null()) {
    ++tally->num_sequences;
    return !found.score && found.ids == ids.get<Ids>();
  }
  const double wanted = score.get<double>();
  if (wanted < kNoHypothesis) {
    ++tally->num_empty;
    return *found.score < kNoHypothesis;
  }
  ++tally->num_sequences;
  if (found.ids != ids.get<Ids>()) return false;
  tally->num_ended_by_eos += std::count(eos.begin(), eos.end(), found.ids.back());
  const double difference = std::abs(*found.score - wanted) / std::max(1e-3, std::abs(wanted));
  tally->largest_difference = std::max(tally->largest_difference, difference);
  return difference <= kScoreTolerance;
}

GenerationConfig ConfigOf(const Json& set, const Json& golden, models::Model& model) {
  Json json = golden["config"];
  json["eos_token_id"] = set["eos_token_id"];
  json["decoder_start_token_id"] = model.config()["decoder_start_token_id"];
  json["bos_token_id"] = 0;
  return GenerationConfigFromJson(json, "cases.json", nullptr);
}

void RunCase(const Json& set, const Json& golden, models::Model& model, Tally* tally) {
  const auto outputs = Generate(model, set["sources"].get<std::vector<Ids>>(),
                                ConfigOf(set, golden, model), {3, nullptr});
  bool is_equal = outputs.size() == golden["ids"].size();
  for (size_t item = 0; item < outputs.size(); ++item) {
    const std::vector<Hypothesis> places = PlacesOf(outputs[item]);
    is_equal = is_equal && places.size() == golden["ids"][item].size();
    for (size_t i = 0; is_equal && i < places.size(); ++i) {
      is_equal = Agrees(places[i], golden["ids"][item][i], golden["scores"][item][i],
                        set["eos_token_id"].get<Ids>(), tally);
    }
  }
  ++tally->num_cases;
  const bool is_tie = !is_equal && golden["margin"].get<double>() < kNoise;
  tally->num_equal += is_equal ? 1 : 0;
  tally->num_ties += is_tie ? 1 : 0;
  EXPECT_TRUE(is_equal || is_tie) << set["checkpoint"] << " " << golden["config"] << " margin "
                                  << golden["margin"];
}

TEST(Generation, IdsAndScoresEqualThoseOfTransformers) {
  const Json golden = ReadJsonFile("tests/golden/generation/cases.json");
  Tally tally;
  for (const Json& set : golden["sets"]) {
    const auto model = testing::LoadLifted(set["checkpoint"], set["eos_token_id"].get<Ids>(),
                                           set["eos_lift"].get<double>());
    for (const Json& one : set["cases"]) RunCase(set, one, *model, &tally);
  }
  std::cout << tally.num_cases << " cases, " << tally.num_equal << " equal, " << tally.num_ties
            << " ties below the noise of " << kNoise << "; " << tally.num_sequences
            << " sequences, " << tally.num_ended_by_eos << " of beam search ended by EOS, "
            << tally.num_empty << " places without a hypothesis; largest relative difference of "
            << "scores " << tally.largest_difference << "\n";
  EXPECT_GE(tally.num_cases, 200);
  EXPECT_LE(tally.num_ties, tally.num_cases / 50);
  EXPECT_GT(tally.num_ended_by_eos, tally.num_sequences / 4);
}

}  // namespace
}  // namespace plumbline::eval
