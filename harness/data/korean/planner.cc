#include "harness/data/korean/planner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/korean/catalog.h"
#include "harness/data/korean/correction.h"

namespace plumbline::data::korean {
namespace {

// Shares in percent and positions on the 10-turn scale.
constexpr uint64_t kClosePercent = 58;
constexpr double kNameFirst = 3.0, kNameLast = 9.0;
constexpr uint64_t kRivalPercent = 85;
constexpr uint64_t kCallPercent = 60;
constexpr int kCallTurns = 8;
constexpr int kVeryLongTurns = 20;
constexpr uint64_t kShortestPercent = 65;  // a filler is chosen for adding few turns
constexpr size_t kNumCompared = 6;
constexpr double kJoinSlack = 2.5;
constexpr double kLatePosition = 9.2;  // thanks and the like stay behind everything else
constexpr double kMaskFirst = 6.0, kMaskLast = 9.0;
constexpr double kClosePosition = 100, kOpenPosition = -1, kCallPosition = -2;
constexpr int kCoreTurns = 7;           // shorter dialogues state only what their summary needs
constexpr int kCrowdTwicePercent = 35;  // an extra person speaks in two crowd blocks

bool Chance(SplitMix64& random, uint64_t percent) { return random.Below(100) < percent; }

// A block (or a shared exchange) with its wordings fixed in number and speakers, not yet in words.
struct Piece {
  const Block* block = nullptr;
  double position = 0;
  std::vector<Beat> beats;
  std::vector<std::string> facts;
};

template <typename T>
void Shuffle(std::vector<T>& items, SplitMix64& random) {
  for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.Below(i)]);
}

class PlanBuilder {
 public:
  PlanBuilder(const ItemRequest& request, const std::vector<Correction>& corrections,
              SplitMix64& random)
      : request_(request), frame_(*request.frame), corrections_(corrections), random_(random) {}

  void AddRequired(const std::set<std::string>& facts, const std::set<std::string>& names) {
    for (const Block& block : frame_.blocks) {
      const bool always = block.kind == BlockKind::kOpen ||
                          (block.kind == BlockKind::kCore && request_.num_turns >= kCoreTurns);
      const bool corrected =
          std::any_of(corrections_.begin(), corrections_.end(),
                      [&block](const Correction& c) { return c.block == &block; });
      if (Fits(block) && (always || corrected || names.contains(block.name))) AddBlock(block);
    }
    for (const std::string& fact : facts) AddBlockFor(fact);
    // What the added blocks build on; the list grows while it is walked.
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (pieces_[i].block == nullptr) continue;
      for (const std::string& need : pieces_[i].block->needs) AddBlockFor(need);
    }
  }

  void AddName(char role) {
    Piece piece;
    piece.position = Between(kNameFirst, kNameLast);
    piece.beats = {KeyBeat(OtherOf(role), "name.ask"), KeyBeat(role, "name.answer")};
    piece.beats.front().starts_block = true;
    pieces_.push_back(std::move(piece));
  }

  void AddMask(char role) {
    Piece piece;
    piece.position = Between(kMaskFirst, kMaskLast);
    piece.beats = {KeyBeat(OtherOf(role), request_.mask + ".ask"),
                   KeyBeat(role, request_.mask + ".give")};
    piece.beats.front().starts_block = true;
    pieces_.push_back(std::move(piece));
  }

  // One crowd block for each person beyond A and B, two for some; `pool_roles` get one that names a
  // pool value.
  void AddCrowd(const std::set<char>& pool_roles) {
    std::vector<const Block*> crowd;
    for (const Block& block : frame_.blocks) {
      if (block.kind == BlockKind::kCrowd && Fits(block)) crowd.push_back(&block);
    }
    Shuffle(crowd, random_);
    for (int person = 2; person < request_.num_persons; ++person) {
      const char role = static_cast<char>('A' + person);
      const int blocks = Chance(random_, kCrowdTwicePercent) ? 2 : 1;
      for (int k = 0; k < blocks; ++k) {
        const bool from_pool = k == 0 && pool_roles.contains(role);
        const auto next = std::find_if(crowd.begin(), crowd.end(), [&](const Block* block) {
          return (k == 0 && !from_pool) || from_pool == UsesPool(*block);
        });
        if (next == crowd.end()) break;
        AddBlock(**next, role);
        crowd.erase(next);
      }
    }
  }

  // Distractors with another value of a slot that the summary tells come first: they make reading
  // worthwhile.
  void AddDistractors(const std::set<std::string>& told) {
    std::vector<Piece> candidates = Candidates(true);
    if (Chance(random_, kRivalPercent)) {
      std::stable_partition(candidates.begin(), candidates.end(),
                            [&](const Piece& piece) { return HasRival(piece, told); });
    }
    for (int count = 0; count < request_.num_distractors; ++count) AddOne(candidates, kNoLimit);
  }

  // In longer dialogues the one who begins first asks for attention.
  void AddCall() {
    const Frame* talk = TalkFrame();
    if (talk == nullptr || request_.num_turns < kCallTurns || !Chance(random_, kCallPercent))
      return;
    const char first = pieces_.front().beats.front().role;
    for (const Block& block : talk->blocks) {
      if (block.kind != BlockKind::kOpen || !MayBeCalled(pieces_.front())) continue;
      Piece piece = MakePiece(block, 'X');
      piece.position = kCallPosition;
      for (Beat& beat : piece.beats) beat.role = beat.role == 'A' ? first : OtherOf(first);
      pieces_.push_back(std::move(piece));
      for (Beat& beat : pieces_.front().beats)
        beat.after_call = &beat == &pieces_.front().beats.front();
      return;
    }
  }

  // The goodbye comes last: it may add a turn to the full length.
  void AddFillers() {
    std::vector<Piece> candidates = Candidates(false);
    while (Turns(pieces_) < request_.num_turns && AddOne(candidates, request_.num_turns)) {
    }
    if (Chance(random_, kClosePercent)) AddClose();
  }

  DialoguePlan Build() {
    DialoguePlan plan;
    for (Piece& piece : Ordered(pieces_)) {
      plan.beats.insert(plan.beats.end(), piece.beats.begin(), piece.beats.end());
      plan.facts.insert(piece.facts.begin(), piece.facts.end());
      if (piece.block != nullptr) plan.blocks.insert(piece.block->name);
      plan.num_distractors +=
          piece.block != nullptr && piece.block->kind == BlockKind::kDistract ? 1 : 0;
    }
    return plan;
  }

 private:
  static constexpr int kNoLimit = 1000;

  bool Fits(const Block& block) const {
    return request_.num_persons >= block.min_persons && request_.num_persons <= block.max_persons;
  }

  char OtherOf(char role) const { return role == 'A' ? 'B' : 'A'; }

  static Beat KeyBeat(char role, std::string key) {
    Beat beat;
    beat.role = role;
    beat.key = std::move(key);
    return beat;
  }

  double Between(double first, double last) { return first + (last - first) * random_.Unit(); }

  bool Has(const Block& block) const {
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [&block](const Piece& piece) { return piece.block == &block; });
  }

  // The opening has a wording that is no greeting and no call itself.
  static bool MayBeCalled(const Piece& opening) {
    const auto& lines = opening.beats.front().turn->lines;
    return std::any_of(lines.begin(), lines.end(),
                       [](const Line& line) { return !BeginsWithGreeting(line.text); });
  }

  bool HasRival(const Piece& piece, const std::set<std::string>& told) const {
    bool found = false;
    for (const Beat& beat : piece.beats) {
      for (const Line& line : beat.turn->lines) {
        ForEachReference(line.text, [&](const Reference& reference) {
          const auto use = FindSlotUse(frame_, reference.name);
          found =
              found || (use.has_value() && use->variant != ' ' && told.contains(use->slot->name));
        });
      }
    }
    return found;
  }

  bool UsesPool(const Block& block) const {
    return !frame_.pool_name.empty() &&
           std::find(block.facts.begin(), block.facts.end(), frame_.pool_name) != block.facts.end();
  }

  void AddBlockFor(const std::string& fact) {
    for (const Piece& piece : pieces_) {
      if (std::find(piece.facts.begin(), piece.facts.end(), fact) != piece.facts.end()) return;
    }
    for (const Block& block : frame_.blocks) {
      const bool states =
          std::find(block.facts.begin(), block.facts.end(), fact) != block.facts.end();
      if (states && Fits(block) && block.kind != BlockKind::kClose &&
          block.kind != BlockKind::kCrowd)
        return AddBlock(block);
    }
  }

  void AddBlock(const Block& block, char crowd_role = 'X') {
    if (!Has(block)) pieces_.push_back(MakePiece(block, crowd_role));
  }

  const Script& ChooseScript(const Block& block) {
    std::vector<const Script*> fitting;
    for (const Script& script : block.scripts) {
      if (block.kind == BlockKind::kOpen && script.turns.front().role == request_.opener)
        fitting.push_back(&script);
    }
    if (fitting.empty()) {
      for (const Script& script : block.scripts) fitting.push_back(&script);
    }
    return *fitting[random_.Below(fitting.size())];
  }

  Piece MakePiece(const Block& block, char crowd_role) {
    Piece piece;
    piece.block = &block;
    piece.facts = block.facts;
    piece.position = Between(block.first, block.last);
    if (block.kind == BlockKind::kOpen) piece.position = kOpenPosition;
    if (block.kind == BlockKind::kClose) piece.position = kClosePosition;
    const Script& script = ChooseScript(block);
    const auto correction =
        std::find_if(corrections_.begin(), corrections_.end(),
                     [&block](const Correction& c) { return c.block == &block; });
    piece.beats = correction == corrections_.end()
                      ? PlainBeats(script)
                      : CorrectedBeats(frame_, script, *correction, random_);
    for (Beat& beat : piece.beats) {
      beat.block = &block;
      if (beat.role == 'X') beat.role = crowd_role;
    }
    piece.beats.front().starts_block = true;
    return piece;
  }

  // A goodbye; that of the shared talk may be begun by either.
  Piece PieceOf(const Block& block, const Script& script) {
    Piece piece;
    piece.block = &block;
    piece.position = kClosePosition;
    piece.beats = PlainBeats(script);
    const bool own =
        &block >= frame_.blocks.data() && &block < frame_.blocks.data() + frame_.blocks.size();
    const bool flip = !own && Chance(random_, 50);
    for (Beat& beat : piece.beats) {
      beat.block = &block;
      if (flip) beat.role = OtherOf(beat.role);
    }
    piece.beats.front().starts_block = true;
    return piece;
  }

  // Blocks that may still be added; a talk block is drawn with its two speakers at random.
  std::vector<Piece> Candidates(bool distractors_only) {
    std::vector<Piece> candidates;
    for (const Block& block : frame_.blocks) {
      const bool filler =
          block.kind == BlockKind::kDistract ||
          (!distractors_only && (block.kind == BlockKind::kOpt || block.kind == BlockKind::kFact));
      if (filler && Fits(block) && !Has(block)) candidates.push_back(MakePiece(block, 'X'));
    }
    AddTalk(candidates, distractors_only);
    Shuffle(candidates, random_);
    return candidates;
  }

  // The shared talk, unless its speech level is not that of both speakers.
  const Frame* TalkFrame() const {
    const Frame* talk = FindTalk(frame_.talk);
    if (talk == nullptr) return nullptr;
    const bool plain = LevelOf(*talk, 'A') == Level::kHae;
    for (const char role : {'A', 'B'}) {
      if ((LevelOf(frame_, role) == Level::kHae) != plain) return nullptr;
    }
    return talk;
  }

  void AddTalk(std::vector<Piece>& candidates, bool distractors_only) {
    const Frame* talk = TalkFrame();
    if (talk == nullptr) return;
    for (const Block& block : talk->blocks) {
      if (block.kind != BlockKind::kDistract && (distractors_only || block.kind != BlockKind::kOpt))
        continue;
      Piece piece = MakePiece(block, 'X');
      if (Chance(random_, 50)) {
        for (Beat& beat : piece.beats) beat.role = OtherOf(beat.role);
      }
      candidates.push_back(std::move(piece));
    }
  }

  // A goodbye of the frame or of the shared talk.
  void AddClose() {
    std::vector<Piece> closes;
    for (const Frame* frame : {&frame_, TalkFrame()}) {
      if (frame == nullptr) continue;
      for (const Block& block : frame->blocks) {
        for (const Script& script : block.scripts) {
          if (block.kind == BlockKind::kClose && Fits(block))
            closes.push_back(PieceOf(block, script));
        }
      }
    }
    const std::vector<Piece> ordered = Ordered(pieces_);
    const char last = ordered.back().beats.back().role;
    std::erase_if(closes, [last](const Piece& close) { return close.beats.front().role == last; });
    Shuffle(closes, random_);
    AddOne(closes, std::max(request_.num_turns, Turns(pieces_) + 1));
  }

  // Adds a candidate that keeps the dialogue within `max_turns`: the first one, or often the one
  // that adds the fewest turns, so that turns grow longer than one sentence. False when none fits.
  bool AddOne(std::vector<Piece>& candidates, int max_turns) {
    const size_t compared =
        max_turns != kNoLimit && Chance(random_, kShortestPercent) ? kNumCompared : 1;
    size_t best = candidates.size(), seen = 0;
    int best_turns = max_turns + 1;
    for (size_t i = 0; i < candidates.size() && seen < compared; ++i) {
      if (!NeedsMet(*candidates[i].block) || StatesAgain(candidates[i]) ||
          TooMuchTalk(candidates[i]))
        continue;
      std::vector<Piece> longer = pieces_;
      longer.push_back(candidates[i]);
      const int turns = Turns(longer);
      if (turns > max_turns) continue;
      ++seen;
      if (turns < best_turns) best = i;
      best_turns = std::min(best_turns, turns);
    }
    if (best == candidates.size()) return false;
    pieces_.push_back(std::move(candidates[best]));
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(best));
    return true;
  }

  // Shared small talk is seasoning: once a dialogue, twice in a very long one.
  bool TooMuchTalk(const Piece& piece) const {
    const Frame* talk = TalkFrame();
    const auto is_talk = [talk](const Piece& other) {
      return talk != nullptr && other.block >= talk->blocks.data() &&
             other.block < talk->blocks.data() + talk->blocks.size() &&
             other.block->kind == BlockKind::kDistract;
    };
    const auto used = std::count_if(pieces_.begin(), pieces_.end(), is_talk);
    return is_talk(piece) && used >= (request_.num_turns >= kVeryLongTurns ? 2 : 1);
  }

  bool NeedsMet(const Block& block) const {
    return std::all_of(block.needs.begin(), block.needs.end(),
                       [this](const std::string& need) { return States(need); });
  }

  bool States(const std::string& fact) const {
    return std::any_of(pieces_.begin(), pieces_.end(), [&fact](const Piece& piece) {
      return std::find(piece.facts.begin(), piece.facts.end(), fact) != piece.facts.end();
    });
  }

  bool StatesAgain(const Piece& piece) const {
    return std::any_of(piece.facts.begin(), piece.facts.end(),
                       [this](const std::string& fact) { return States(fact); });
  }

  bool MustFollow(const Piece& later, const Piece& earlier) const {
    if (later.block == nullptr || earlier.block == nullptr) return false;
    const auto& after = later.block->after;
    if (std::find(after.begin(), after.end(), earlier.block->name) != after.end()) return true;
    return std::any_of(
        later.block->needs.begin(), later.block->needs.end(), [&earlier](const std::string& need) {
          return std::find(earlier.facts.begin(), earlier.facts.end(), need) != earlier.facts.end();
        });
  }

  // By position, but never before what a piece builds on. Among pieces of nearly the same position
  // the one goes first that the last speaker begins: the two texts become one longer turn.
  std::vector<Piece> Ordered(std::vector<Piece> pieces) const {
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const Piece& a, const Piece& b) { return a.position < b.position; });
    std::vector<Piece> ordered;
    while (!pieces.empty()) {
      const auto is_free = [&pieces, this](const Piece& piece) {
        return std::none_of(pieces.begin(), pieces.end(), [&](const Piece& other) {
          return &other != &piece && MustFollow(piece, other);
        });
      };
      auto next = std::find_if(pieces.begin(), pieces.end(), is_free);
      if (next == pieces.end()) next = pieces.begin();
      if (!ordered.empty()) {
        const char last = ordered.back().beats.back().role;
        const double limit = next->position + kJoinSlack;
        const auto joined = std::find_if(next, pieces.end(), [&](const Piece& piece) {
          return piece.position <= std::min(limit, kLatePosition) &&
                 piece.beats.front().role == last && is_free(piece);
        });
        if (joined != pieces.end() && next->position > kOpenPosition) next = joined;
      }
      ordered.push_back(std::move(*next));
      pieces.erase(next);
    }
    return ordered;
  }

  int Turns(const std::vector<Piece>& pieces) const {
    std::vector<Beat> beats;
    for (const Piece& piece : Ordered(pieces))
      beats.insert(beats.end(), piece.beats.begin(), piece.beats.end());
    return NumTurns(beats);
  }

  const ItemRequest& request_;
  const Frame& frame_;
  const std::vector<Correction>& corrections_;
  SplitMix64& random_;
  std::vector<Piece> pieces_;
};

}  // namespace

int NumTurns(const std::vector<Beat>& beats) {
  int turns = 0;
  char last = '\0';
  for (const Beat& beat : beats) {
    turns += beat.role != last ? 1 : 0;
    last = beat.role;
  }
  return turns;
}

std::vector<char> NamableRoles(const Frame& frame) {
  std::vector<char> roles;
  for (const Role& role : frame.roles) {
    if (role.naming != Naming::kNever && role.letter <= 'B') roles.push_back(role.letter);
  }
  return roles;
}

std::vector<char> MaskRoles(const Frame& frame, const std::string& mask) {
  std::vector<char> roles;
  for (const Role& role : frame.roles) {
    const bool gives = std::find(role.masks.begin(), role.masks.end(), mask) != role.masks.end();
    if (gives && role.letter <= 'B') roles.push_back(role.letter);
  }
  return roles;
}

DialoguePlan PlanDialogue(const ItemRequest& request, const std::vector<Correction>& corrections,
                          const std::set<std::string>& required,
                          const std::set<std::string>& required_blocks,
                          const std::set<char>& pool_roles, char named_role, SplitMix64& random) {
  PlanBuilder builder(request, corrections, random);
  builder.AddRequired(required, required_blocks);
  if (request.named && request.frame->FindRole(named_role)->naming == Naming::kAsk)
    builder.AddName(named_role);
  if (!request.mask.empty()) {
    const std::vector<char> roles = MaskRoles(*request.frame, request.mask);
    builder.AddMask(roles[random.Below(roles.size())]);
  }
  builder.AddCrowd(pool_roles);
  builder.AddDistractors(required);
  builder.AddCall();
  builder.AddFillers();
  return builder.Build();
}

}  // namespace plumbline::data::korean
