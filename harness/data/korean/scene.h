// One dialogue's world: the drawn slot values, the rejected ones, names of people, and how each was
// said so far. It turns references into words, in the dialogue's spoken forms or the summary's
// written ones.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_SCENE_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_SCENE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/random.h"
#include "harness/data/korean/frame.h"

namespace plumbline::data::korean {

// A value that an utterance carries: `variant` as in SlotUse.
struct Mention {
  std::string slot;
  char variant = ' ';
  std::string value;     // form of the summaries
  std::string rendered;  // as said, without particle
  int turn = -1;         // from 0, once the dialogue is made
};

class Scene {
 public:
  // Draws final values for every slot, joint tables row by row, forbidden combinations excluded.
  // `new_names` takes participants' names from the list that train never sees.
  Scene(const Frame& frame, SplitMix64& random, bool new_names);

  // "<slot>=<value>" of all fact slots in frame order: what the split of an item depends on.
  std::string CombinationKey() const;

  // The same for some slots: what the split of a summary depends on.
  std::string KeyOf(const std::set<std::string>& slots) const;

  const Value& Final(std::string_view slot) const;

  // The value behind a use; rejected ones are drawn when first asked for, all different from one
  // another.
  const Value& ValueOf(const SlotUse& use, SplitMix64& random);

  // A slot reference in speech. With `as_rejected` naming its slot, the rejected value 0 is said
  // instead. What is said is appended to `mentions()`.
  std::string Say(const Reference& reference, std::string_view as_rejected, SplitMix64& random);

  // A slot reference in a summary: digits, never shortened.
  std::string Write(const Reference& reference, SplitMix64& random);

  // Library names (이름1, 친구1, ...), the same for the whole dialogue.
  std::string LibraryName(const Reference& reference, SplitMix64& random);

  // The name of participant `role` for the dialogue and the summary: full name where it is asked
  // for.
  const std::string& ParticipantName(char role, bool full, SplitMix64& random);

  std::vector<Mention> TakeMentions();

 private:
  void DrawFinals(SplitMix64& random);
  bool IsForbidden() const;
  std::string Render(const Value& value, const Reference& reference, SplitMix64& random);
  std::string DrawName(SplitMix64& random);
  bool Clashes(const Slot& slot, const Value& candidate) const;

  const Frame& frame_;
  bool new_names_;
  std::map<std::string, const Value*, std::less<>> finals_;  // into the frame
  std::map<std::string, std::map<char, Value>> rejected_;
  std::vector<bool> in_words_;                // slot -> numbers spelled out
  std::map<std::string, int> times_said_;     // value text -> count
  std::map<std::string, std::string> names_;  // library name or participant -> name
  std::vector<Mention> mentions_;
};

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_SCENE_H_
