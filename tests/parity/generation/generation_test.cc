#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>

#include "harness/base/json.h"
#include "harness/eval/generator.h"
#include "tests/parity/generation/lifted.h"

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;

// fp32 logits of two implementations agree to about 1e-6; sums of 12 log-probabilities somewhat
// worse. A choice between scores closer than this may fall either way; the goldens carry the
// closest of each case.
constexpr double kNoise = 5e-6;
constexpr double kScoreTolerance = 1e-4;  // relative
// Places without a hypothesis hold -1e9. A beam that runs on from there (only an EOS had a
// probability) holds -1e9 / length: fp32 has no digit left for its tokens, which topk then chooses.
constexpr double kNoHypothesis = -1e6;

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

// Batches of 1, 2, 3, ... items, whatever the reference's batch was.
void RunCase(const Json& set, const Json& golden, models::Model& model, Tally* tally) {
  const GenerationOptions options{1 + tally->num_cases % 5, nullptr};
  const auto outputs = Generate(model, set["sources"].get<std::vector<Ids>>(),
                                ConfigOf(set, golden, model), options);
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

// How often two values of early_stopping gave different results where nothing else differed.
struct Separation {
  int64_t num_groups = 0;
  int64_t true_false = 0;
  int64_t false_never = 0;
  int64_t true_never = 0;
};

bool Differ(const Json& a, const Json& b) {
  return a["ids"] != b["ids"] || a["scores"] != b["scores"];
}

void CountSeparation(const Json& set, Separation* counts) {
  std::map<int64_t, std::map<std::string, Json>> groups;
  for (const Json& one : set["cases"]) {
    if (!one.contains("group")) continue;
    groups[one["group"].get<int64_t>()][one["config"]["early_stopping"].dump()] = one;
  }
  for (auto& [number, group] : groups) {
    ++counts->num_groups;
    counts->true_false += Differ(group["true"], group["false"]);
    counts->false_never += Differ(group["false"], group["\"never\""]);
    counts->true_never += Differ(group["true"], group["\"never\""]);
  }
}

// The committed goldens, or a larger file that make_generation_goldens.py --random has written.
Json Goldens() {
  const char* named = std::getenv("PLUMBLINE_GENERATION_CASES");
  return ReadJsonFile(named != nullptr ? named : "tests/golden/generation/cases.json");
}

TEST(Generation, IdsAndScoresEqualThoseOfTransformers) {
  const Json golden = Goldens();
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
  EXPECT_LE(tally.num_ties, tally.num_cases / 30);
  EXPECT_GT(tally.num_ended_by_eos, tally.num_sequences / 5);
}

TEST(Generation, TheGoldensTellTheThreeWaysOfStoppingApart) {
  const Json golden = Goldens();
  Separation counts;
  for (const Json& set : golden["sets"]) CountSeparation(set, &counts);
  std::cout << counts.num_groups << " settings; results differ between true and false "
            << counts.true_false << " times, false and never " << counts.false_never
            << ", true and never " << counts.true_never << "\n";
  EXPECT_GE(counts.true_false, 5);
  EXPECT_GE(counts.false_never, 5);
  EXPECT_GE(counts.true_never, 5);
}

}  // namespace
}  // namespace plumbline::eval
