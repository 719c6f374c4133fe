// A frame: one everyday situation as data (roles, slots, blocks of turns, summary patterns). The
// text format is documented in frames/README.md; this header is what the parser makes of it and the
// planner reads.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/korean/line_text.h"

namespace plumbline::data::korean {

enum class Level { kHaeyo, kHapsyo, kHae };

// How a confirmed change of a value is worded: a choice ("...으로 할게요") or a statement
// ("...이에요").
enum class Cue { kChoice, kState };

enum class CorrectionKind { kNone, kSelf, kOther, kAvail };

enum class BlockKind { kOpen, kCore, kFact, kOpt, kDistract, kClose, kCrowd };

struct Value {
  std::string text;                          // the form of the summaries
  std::map<std::string, std::string> forms;  // other forms, by name
};

struct Slot {
  std::string name;
  std::string noun;  // the everyday noun for it
  Cue cue = Cue::kState;
  bool is_fact = true;         // false: a helper, never scored
  std::vector<Value> values;   // distinct texts, in file order
  std::vector<Value> rejects;  // declared <name>x list; empty: rejected values come from `values`
  int table = -1;              // index into Frame::tables, or -1
};

// Slots that are drawn together; rows[r][s] belongs to slots[s].
struct JointTable {
  std::vector<std::string> slots;
  std::vector<std::vector<Value>> rows;
};

// Combinations that must not be drawn: the slot's value together with any of the other slot's
// values.
struct Forbidden {
  std::string slot, value, other_slot;
  std::vector<std::string> other_values;
};

struct Line {
  LineText text;
  int number = 0;  // in the file, for messages
};

// Alternative wordings of one speaker's turn. `facts` are the slots that each wording states.
struct Turn {
  char role = 'A';
  std::vector<Line> lines;
  std::vector<std::string> facts;
};

struct Script {
  std::vector<Turn> turns;
  std::map<CorrectionKind, std::vector<Turn>> corrections;  // hand-written ones
};

struct Block {
  std::string name;
  BlockKind kind = BlockKind::kFact;
  double first = 0, last = 10;  // position range on the 10-turn scale
  std::vector<std::string> needs, after;
  std::set<CorrectionKind> corrections;
  int min_persons = 2, max_persons = 7;
  bool acknowledged = true;  // false: no acknowledgement may be put before it
  std::vector<Script> scripts;
  std::vector<std::string> facts;  // slots stated by every script, needed ones excluded
  int line = 0;
};

struct SummaryPattern {
  LineText text;
  bool is_addition = false;
  std::string when_slot;                             // empty: always
  CorrectionKind when_kind = CorrectionKind::kNone;  // kNone with a slot: any kind
  std::string block;
  int min_persons = 2, max_persons = 7;
  int num_sentences = 1;
  std::vector<std::string> facts;  // slots it states, those with suffix x as "<slot>x"
  bool mentions_rejected = false;
  std::set<char> pool_roles;  // persons whose pool value it names
  int line = 0;
};

enum class Naming { kNever, kAsk, kIntro, kCall };

struct Role {
  char letter = 'A';
  std::string noun;
  Level level = Level::kHaeyo;
  Naming naming = Naming::kNever;
  std::vector<std::string> masks;  // PII kinds it may give
};

struct Frame {
  std::string id, name;
  double weight = 1;
  std::vector<std::string> labels;
  std::vector<LineText> slot_labels;
  std::vector<Role> roles;
  std::string talk = "street", group;
  char server = '\0';  // the role at work here, in talks of customers and staff
  std::vector<Slot> slots;
  std::vector<JointTable> tables;
  std::vector<Forbidden> forbidden;
  std::vector<std::string> pool;
  std::string pool_name;
  std::vector<Block> blocks;
  std::vector<SummaryPattern> sums, additions;

  const Slot* FindSlot(std::string_view slot) const;
  const Role* FindRole(char letter) const;
  const Block* FindBlock(std::string_view block) const;
};

// A reference resolved against a frame: the slot and the suffix (0, x, z, w, or a space for the
// true value).
struct SlotUse {
  const Slot* slot = nullptr;
  char variant = ' ';
};
// "해요", "합쇼" or "해": the key of the shared phrases.
std::string_view LevelName(Level level);

// The speech level of a participant; persons without a declared role speak like C, else like A.
Level LevelOf(const Frame& frame, char role);

std::optional<SlotUse> FindSlotUse(const Frame& frame, std::string_view name);

// Names the realizer provides undeclared (이름1, 친구1, 상호, ...), and participants of summaries.
bool IsLibraryName(std::string_view name);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_H_
