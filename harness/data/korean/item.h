// One item of the data set: a dialogue with its summaries and everything the checks need to know
// about it.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_ITEM_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_ITEM_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/base/random.h"
#include "harness/data/korean/planner.h"
#include "harness/data/korean/scene.h"

namespace plumbline::data::korean {

// A slot value that the summary tells.
struct Fact {
  std::string slot;
  std::string final;  // as the summary has it
  std::vector<std::string>
      rejected;   // other values of the slot that the dialogue names and the summary does not
  int turn = -1;  // first turn that states the final value, from 0
  std::vector<Mention> said;  // every value of the slot that is said, in order
};

struct Item {
  std::string fname, dialogue, summary, topic;
  std::vector<std::string> more_summaries;  // two further references
  std::string topic_id;
  std::map<std::string, std::string> roles;  // "A" -> "#Person2#"
  std::string named;                         // name in the summary, or empty
  std::vector<Fact> facts;
  std::map<std::string, std::string> slots;  // every drawn fact slot and its value, told or not
  std::vector<std::string> turns;            // texts without tags
  std::vector<std::string> turn_levels;      // speech level of each turn's speaker
  std::string correction;                    // none, self, other, avail
  bool rejected_last = false;
  int num_corrections = 0;
  int num_distractors = 0;
  int num_persons = 2;
  std::string mask;
  std::string paraphrase;
  int attempt = 0;

  // {"fname","dialogue","summary","topic"}; with `references`, `summary` is the list of all three.
  Json ToRecord(bool references) const;
  // The sidecar record.
  Json ToMeta() const;
};

// Decides whether a combination of slot values may be used (the split's band).
using Accepts = std::function<bool(const std::string& combination_key)>;

// One attempt at an item. nullopt when the draw does not work out (combination refused, no summary
// fits).
std::optional<Item> MakeItem(const ItemRequest& request, const Accepts& accepts,
                             SplitMix64& random);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_ITEM_H_
