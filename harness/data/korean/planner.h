// Chooses and orders the blocks of one dialogue: which facts it must state, how it is corrected,
// what fills it up to its length. The result is a list of beats, one per wording still to be drawn.
// No text is made here.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_PLANNER_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_PLANNER_H_

#include <set>
#include <string>
#include <vector>

#include "harness/base/random.h"
#include "harness/data/korean/frame.h"

namespace plumbline::data::korean {

// What the quotas ask of one item.
struct ItemRequest {
  const Frame* frame = nullptr;
  int num_persons = 2;
  int num_turns = 10;
  int num_sentences = 1;
  CorrectionKind correction = CorrectionKind::kNone;
  bool rejected_last = false;  // the rejected value comes after the final one
  bool second_correction = false;
  int num_distractors = 0;
  std::string mask;    // PII kind, or empty
  bool named = false;  // one participant is known by name
  bool new_names = false;
  char opener = 'A';  // who should speak first where the frame allows both
  bool slot_label = false;
};

// One wording to be drawn: one of `lines` (a frame's turn) or one of the shared phrases `key`.
struct Beat {
  char role = 'A';
  const Turn* turn = nullptr;
  std::string key;               // phrase key when `turn` is null
  std::string slot;              // slot of {x}, {x0} and {noun}
  std::string as_rejected;       // slot whose value is said as the rejected one
  const Block* block = nullptr;  // null for shared exchanges of one phrase (names, masks)
  bool starts_block = false;
  bool after_call = false;  // attention was asked for before: no greeting here
};

// A change of mind on one slot.
struct Correction {
  const Block* block = nullptr;
  std::string slot;
  CorrectionKind kind = CorrectionKind::kNone;
  bool rejected_last = false;
};

struct DialoguePlan {
  std::vector<Beat> beats;
  std::set<std::string> facts;   // stated, rejects as "<slot>x"
  std::set<std::string> blocks;  // names
  int num_distractors = 0;
};

// Corrections that the request asks for and the frame offers; empty when none. `needed` slots are
// preferred.
std::vector<Correction> ChooseCorrections(const ItemRequest& request, SplitMix64& random);

// Blocks for the facts in `required` (and the block names in `required_blocks`), corrections,
// fillers up to the length; the persons in `pool_roles` each take something from the frame's pool.
DialoguePlan PlanDialogue(const ItemRequest& request, const std::vector<Correction>& corrections,
                          const std::set<std::string>& required,
                          const std::set<std::string>& required_blocks,
                          const std::set<char>& pool_roles, char named_role, SplitMix64& random);

// Speaker changes plus one.
int NumTurns(const std::vector<Beat>& beats);

// Who may be known by name, and who may give `mask`: role letters, empty when nobody may.
std::vector<char> NamableRoles(const Frame& frame);
std::vector<char> MaskRoles(const Frame& frame, const std::string& mask);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_PLANNER_H_
