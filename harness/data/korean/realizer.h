// From a plan to text: draws a wording for every beat, joins the beats of one speaker into turns,
// puts in acknowledgements and names, writes the summaries.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_REALIZER_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_REALIZER_H_

#include <map>
#include <string>
#include <vector>

#include "harness/base/random.h"
#include "harness/data/korean/planner.h"
#include "harness/data/korean/scene.h"

namespace plumbline::data::korean {

struct SpokenTurn {
  char role = 'A';
  std::string text;
  std::vector<Mention> mentions;
};

class Realizer {
 public:
  // `named_role` is known by name ('\0': nobody). The scene and the random stream outlive the
  // realizer.
  Realizer(const ItemRequest& request, char named_role, Scene& scene, SplitMix64& random);

  std::vector<SpokenTurn> Dialogue(const DialoguePlan& plan);

  // One sentence per pattern sentence, joined by spaces. Only after Dialogue, which fixes who is
  // #Person1#.
  std::string Summary(const std::vector<const SummaryPattern*>& patterns);

  // "#Person1#" of a role, in order of first speech.
  std::string TagOf(char role) const;

  // What a person took from the frame's pool; empty when nothing.
  std::string PoolValueOf(char role) const;

  const std::map<char, int>& order() const { return order_; }

 private:
  std::string Words(const Beat& beat);
  std::string PhraseWords(const Beat& beat, const Reference& reference);
  std::string Lead(const std::vector<SpokenTurn>& turns, const Beat& beat, const std::string& text);
  std::string SummaryWord(const Reference& reference);
  void PutName(std::vector<SpokenTurn>& turns);
  std::string CallOf(char role);
  bool Chance(uint64_t percent) { return random_.Below(100) < percent; }

  const ItemRequest& request_;
  const Frame& frame_;
  char named_role_;
  Scene& scene_;
  SplitMix64& random_;
  std::map<char, int> order_;
  std::map<char, std::string> pool_values_;
  std::vector<std::string> pool_;
  std::vector<std::string> used_leads_;
};

// True when `text` begins with a word that already answers or reacts ("네", "그럼", "아"): nothing
// is put before it.
bool BeginsWithReaction(std::string_view text);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_REALIZER_H_
