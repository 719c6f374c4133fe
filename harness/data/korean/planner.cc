#include "harness/data/korean/planner.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/korean/piece.h"

namespace plumbline::data::korean {
namespace {

// Shares in percent and positions on the 10-turn scale.
constexpr uint64_t kClosePercent = 52;
constexpr uint64_t kRivalPercent = 94;
constexpr uint64_t kCallPercent = 12;
constexpr int kCallTurns = 8;
constexpr int kVeryLongTurns = 20;
constexpr uint64_t kShortestPercent = 65;  // a filler is chosen for adding few turns
constexpr size_t kNumCompared = 6;
constexpr int kCoreTurns = 7;           // shorter dialogues state only what their summary needs
constexpr int kCrowdTwicePercent = 10;  // an extra person speaks in two crowd blocks

template <typename T>
void Shuffle(std::vector<T>& items, SplitMix64& random) {
  for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.Below(i)]);
}

class PlanBuilder {
 public:
  PlanBuilder(const ItemRequest& request, const std::vector<Correction>& corrections,
              SplitMix64& random)
      : request_(request),
        frame_(*request.frame),
        corrections_(corrections),
        random_(random),
        maker_(request, corrections, random) {}

  void AddRequired(const std::set<std::string>& facts, const std::set<std::string>& names) {
    for (const Block& block : frame_.blocks) {
      const bool always = block.kind == BlockKind::kOpen ||
                          (block.kind == BlockKind::kCore && request_.num_turns >= kCoreTurns);
      const bool corrected =
          std::any_of(corrections_.begin(), corrections_.end(),
                      [&block](const Correction& c) { return c.block == &block; });
      if (maker_.Fits(block) && (always || corrected || names.contains(block.name)))
        AddBlock(block);
    }
    for (const std::string& fact : facts) AddBlockFor(fact);
    // What the added blocks build on; the list grows while it is walked.
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (pieces_[i].block == nullptr) continue;
      for (const std::string& need : pieces_[i].block->needs) AddBlockFor(need);
    }
  }

  void AddName(char role) { pieces_.push_back(maker_.NameExchange(role)); }

  void AddMask(char role) { pieces_.push_back(maker_.MaskExchange(role)); }

  // One crowd block for each person beyond A and B, two for some; `pool_roles` get one that names a
  // pool value.
  void AddCrowd(const std::set<char>& pool_roles) {
    std::vector<const Block*> crowd;
    for (const Block& block : frame_.blocks) {
      if (block.kind == BlockKind::kCrowd && maker_.Fits(block)) crowd.push_back(&block);
    }
    Shuffle(crowd, random_);
    for (int person = 2; person < request_.num_persons; ++person) {
      const char role = static_cast<char>('A' + person);
      const bool twice = Chance(random_, kCrowdTwicePercent);
      const Pool wanted = pool_roles.contains(role) ? Pool::kYes : Pool::kAny;
      if (TakeCrowd(crowd, role, wanted) && twice) TakeCrowd(crowd, role, Pool::kNo);
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
    const Frame* talk = maker_.Talk();
    if (talk == nullptr || request_.num_turns < kCallTurns || !Chance(random_, kCallPercent))
      return;
    const char first = pieces_.front().beats.front().role;
    for (const Block& block : talk->blocks) {
      if (block.kind != BlockKind::kOpen || !MayBeCalled(pieces_.front())) continue;
      Piece piece = maker_.Make(block, 'X');
      piece.position = kCallPosition;
      for (Beat& beat : piece.beats) beat.role = beat.role == 'A' ? first : maker_.OtherOf(first);
      pieces_.push_back(std::move(piece));
      for (Beat& beat : pieces_.front().beats)
        beat.after_call = &beat == &pieces_.front().beats.front();
      return;
    }
  }

  // The goodbye comes last: it may add a turn to the full length.
  void AddFillers() {
    std::vector<Piece> candidates = Candidates(false);
    while (NumTurns(pieces_) < request_.num_turns && AddOne(candidates, request_.num_turns)) {
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

  enum class Pool { kYes, kNo, kAny };

  // False when no block is left that fits.
  bool TakeCrowd(std::vector<const Block*>& crowd, char role, Pool pool) {
    const auto next = std::find_if(crowd.begin(), crowd.end(), [&](const Block* block) {
      return pool == Pool::kAny || (pool == Pool::kYes) == UsesPool(*block);
    });
    if (next == crowd.end()) return false;
    AddBlock(**next, role);
    crowd.erase(next);
    return true;
  }

  void AddBlockFor(const std::string& fact) {
    for (const Piece& piece : pieces_) {
      if (std::find(piece.facts.begin(), piece.facts.end(), fact) != piece.facts.end()) return;
    }
    for (const Block& block : frame_.blocks) {
      const bool states =
          std::find(block.facts.begin(), block.facts.end(), fact) != block.facts.end();
      if (states && maker_.Fits(block) && block.kind != BlockKind::kClose &&
          block.kind != BlockKind::kCrowd)
        return AddBlock(block);
    }
  }

  void AddBlock(const Block& block, char crowd_role = 'X') {
    if (!Has(block)) pieces_.push_back(maker_.Make(block, crowd_role));
  }

  // Blocks that may still be added; a talk block is drawn with its two speakers at random.
  std::vector<Piece> Candidates(bool distractors_only) {
    std::vector<Piece> candidates;
    for (const Block& block : frame_.blocks) {
      const bool filler =
          block.kind == BlockKind::kDistract ||
          (!distractors_only && (block.kind == BlockKind::kOpt || block.kind == BlockKind::kFact));
      if (filler && maker_.Fits(block) && !Has(block))
        candidates.push_back(maker_.Make(block, 'X'));
    }
    AddTalk(candidates, distractors_only);
    Shuffle(candidates, random_);
    return candidates;
  }

  void AddTalk(std::vector<Piece>& candidates, bool distractors_only) {
    const Frame* talk = maker_.Talk();
    if (talk == nullptr) return;
    for (const Block& block : talk->blocks) {
      if (block.kind != BlockKind::kDistract && (distractors_only || block.kind != BlockKind::kOpt))
        continue;
      Piece piece = maker_.Make(block, 'X');
      if (Chance(random_, 50)) {
        for (Beat& beat : piece.beats) beat.role = maker_.OtherOf(beat.role);
      }
      candidates.push_back(std::move(piece));
    }
  }

  // A goodbye of the frame or of the shared talk.
  void AddClose() {
    std::vector<Piece> closes;
    for (const Frame* frame : {&frame_, maker_.Talk()}) {
      if (frame == nullptr) continue;
      for (const Block& block : frame->blocks) {
        for (const Script& script : block.scripts) {
          if (block.kind == BlockKind::kClose && maker_.Fits(block))
            closes.push_back(maker_.MakeClose(block, script));
        }
      }
    }
    const std::vector<Piece> ordered = Ordered(pieces_);
    const char last = ordered.back().beats.back().role;
    std::erase_if(closes, [last](const Piece& close) { return close.beats.front().role == last; });
    Shuffle(closes, random_);
    AddOne(closes, std::max(request_.num_turns, NumTurns(pieces_) + 1));
  }

  // Adds a candidate that keeps the dialogue within `max_turns`: the first one, or often the one
  // that adds the fewest turns, so that turns grow longer than one sentence. False when none fits.
  bool AddOne(std::vector<Piece>& candidates, int max_turns) {
    const size_t compared =
        max_turns != kNoLimit && Chance(random_, kShortestPercent) ? kNumCompared : 1;
    size_t best = candidates.size(), seen = 0;
    int best_turns = max_turns + 1;
    for (size_t i = 0; i < candidates.size() && seen < compared; ++i) {
      if (!NeedsMet(*candidates[i].block, pieces_) || StatesAgain(candidates[i], pieces_) ||
          TooMuchTalk(candidates[i]))
        continue;
      std::vector<Piece> longer = pieces_;
      longer.push_back(candidates[i]);
      const int turns = NumTurns(longer);
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
    const Frame* talk = maker_.Talk();
    const auto is_talk = [talk](const Piece& other) {
      return talk != nullptr && other.block >= talk->blocks.data() &&
             other.block < talk->blocks.data() + talk->blocks.size() &&
             other.block->kind == BlockKind::kDistract;
    };
    const auto used = std::count_if(pieces_.begin(), pieces_.end(), is_talk);
    return is_talk(piece) && used >= (request_.num_turns >= kVeryLongTurns ? 2 : 1);
  }

  const ItemRequest& request_;
  const Frame& frame_;
  const std::vector<Correction>& corrections_;
  SplitMix64& random_;
  PieceMaker maker_;
  std::vector<Piece> pieces_;
};

}  // namespace

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
