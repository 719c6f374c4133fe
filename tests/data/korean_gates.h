// The quality gates of the Korean data set, numbered as in harness/data/korean/README.md. Each
// takes items and returns what is wrong with them, so that a planted bad item can show that it
// fires.
#ifndef PLUMBLINE_TESTS_DATA_KOREAN_GATES_H_
#define PLUMBLINE_TESTS_DATA_KOREAN_GATES_H_

#include <string>
#include <vector>

#include "harness/data/korean/item.h"

namespace plumbline::data::korean {

using Items = std::vector<Item>;
using Findings = std::vector<std::string>;

// Row gates.
Findings GateParticles(const Items& items);   // 1
Findings GateTags(const Items& items);        // 2
Findings GateSpelling(const Items& items);    // 3
Findings GateCharacters(const Items& items);  // 4
Findings GateLevels(const Items& items);      // 5
Findings GateCounters(const Items& items);    // 6
Findings GateFacts(const Items& items);       // 7
Findings GateSense(const Items& items);       // 7: sums of money, goodbyes

// Gate 8.
struct Duplication {
  double equal_dialogues = 0;    // share of items
  double equal_summaries = 0;    // share of items whose summary occurred before
  int64_t shared_summaries = 0;  // between the two sets
  double largest_skeleton = 0;   // of a topic's items
  double long_overlap = 0;       // share of held-out items with a 13-word run of train
  double median_similarity = 0;  // nearest neighbour in train, 5-syllable shingles
  double largest_similarity = 0;
};
Duplication MeasureDuplication(const Items& train, const Items& held_out);

// The largest similarity of an item of `held_out` to one of `train`, per held-out item.
std::vector<double> NearestSimilarities(const Items& train, const Items& held_out);

// Similarity of two dialogues without tags: Jaccard of their sets of five consecutive syllables.
double Similarity(const std::string& a, const std::string& b);

// Gate 10.
struct Vocabulary {
  int64_t stems = 0, words = 0, syllables = 0;
  Findings rare_values;      // fewer than 30 occurrences
  double largest_share = 0;  // of one value within its slot
  std::string largest_slot;
  double smallest_p = 1;  // chi-square of a slot against its drawing probabilities
  std::string smallest_slot;
  double vowel_names = 0, consonant_names = 0, rieul_names = 0;
};
Vocabulary MeasureVocabulary(const Items& items);

// Gate 11: share of the after-vowel shape of 은/는, 이/가, 을/를 in the summaries.
struct ParticleBalance {
  double neun = 0, ga = 0, reul = 0;
};
ParticleBalance MeasureParticleBalance(const Items& items);

// Gate 12.
struct Lengths {
  double turns = 0, characters = 0, words = 0, summary_characters = 0, compression = 0,
         correlation = 0;
  double verbatim_words = 0;      // mean share of summary words found in the dialogue
  double found_stems = 0;         // mean share of summary stems and numbers found
  std::vector<double> sentences;  // share of 1, 2, 3, 4 sentences
  double corrected = 0, contested = 0, distracted = 0;
};
Lengths MeasureLengths(const Items& items);

// Gate 13: share of told facts in each fifth of the dialogue.
std::vector<double> FactPositions(const Items& items);

// Gate 14: share of told facts that a heuristic gets right; `contested` looks at those with
// rejected values alone.
struct Heuristics {
  double first = 0, last = 0, most_frequent = 0, near_cue = 0;
};
Heuristics MeasureHeuristics(const Items& items, bool contested);

// Gate 15: share of #Person1# as role A, per topic that both roles may open; the largest distance
// from one half.
double LargestRoleImbalance(const Items& items);

// Copy baselines for gate 13: text of the first, first three, last turn.
std::string LeadOf(const Item& item, size_t num_turns);
std::string LastOf(const Item& item);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_TESTS_DATA_KOREAN_GATES_H_
