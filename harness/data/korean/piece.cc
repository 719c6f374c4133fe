#include "harness/data/korean/piece.h"

#include <algorithm>

#include "harness/data/korean/catalog.h"
#include "harness/data/korean/correction.h"

namespace plumbline::data::korean {
namespace {

// Positions on the 10-turn scale.
constexpr double kNameFirst = 3.0, kNameLast = 9.0;
constexpr double kMaskFirst = 6.0, kMaskLast = 9.0;
constexpr double kJoinSlack = 2.5;
constexpr double kLatePosition = 9.2;  // thanks and the like stay behind everything else

bool Lists(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool MustFollow(const Piece& later, const Piece& earlier) {
  if (later.block == nullptr || earlier.block == nullptr) return false;
  if (Lists(later.block->after, earlier.block->name)) return true;
  return std::any_of(later.block->needs.begin(), later.block->needs.end(),
                     [&earlier](const std::string& need) { return Lists(earlier.facts, need); });
}

// Nothing in `pieces` must come before `piece`.
bool IsFree(const Piece& piece, const std::vector<Piece>& pieces) {
  return std::none_of(pieces.begin(), pieces.end(), [&piece](const Piece& other) {
    return &other != &piece && MustFollow(piece, other);
  });
}

}  // namespace

std::vector<Piece> Ordered(std::vector<Piece> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.position < b.position; });
  std::vector<Piece> ordered;
  while (!pieces.empty()) {
    auto next = std::find_if(pieces.begin(), pieces.end(),
                             [&pieces](const Piece& piece) { return IsFree(piece, pieces); });
    if (next == pieces.end()) next = pieces.begin();
    if (!ordered.empty() && next->position > kOpenPosition) {
      const char last = ordered.back().beats.back().role;
      const double limit = std::min(next->position + kJoinSlack, kLatePosition);
      const auto joined = std::find_if(next, pieces.end(), [&](const Piece& piece) {
        return piece.position <= limit && piece.beats.front().role == last && IsFree(piece, pieces);
      });
      if (joined != pieces.end()) next = joined;
    }
    ordered.push_back(std::move(*next));
    pieces.erase(next);
  }
  return ordered;
}

int NumTurns(const std::vector<Beat>& beats) {
  int turns = 0;
  char last = '\0';
  for (const Beat& beat : beats) {
    turns += beat.role != last ? 1 : 0;
    last = beat.role;
  }
  return turns;
}

int NumTurns(const std::vector<Piece>& pieces) {
  std::vector<Beat> beats;
  for (const Piece& piece : Ordered(pieces)) {
    beats.insert(beats.end(), piece.beats.begin(), piece.beats.end());
  }
  return NumTurns(beats);
}

bool States(const std::vector<Piece>& pieces, const std::string& fact) {
  return std::any_of(pieces.begin(), pieces.end(),
                     [&fact](const Piece& piece) { return Lists(piece.facts, fact); });
}

bool NeedsMet(const Block& block, const std::vector<Piece>& pieces) {
  return std::all_of(block.needs.begin(), block.needs.end(),
                     [&pieces](const std::string& need) { return States(pieces, need); });
}

bool StatesAgain(const Piece& piece, const std::vector<Piece>& pieces) {
  return std::any_of(piece.facts.begin(), piece.facts.end(),
                     [&pieces](const std::string& fact) { return States(pieces, fact); });
}

bool PieceMaker::Fits(const Block& block) const {
  return request_.num_persons >= block.min_persons && request_.num_persons <= block.max_persons;
}

const Script& PieceMaker::ChooseScript(const Block& block) {
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

Piece PieceMaker::Make(const Block& block, char crowd_role) {
  Piece piece;
  piece.block = &block;
  piece.facts = block.facts;
  piece.position = Between(block.first, block.last);
  if (block.kind == BlockKind::kOpen) piece.position = kOpenPosition;
  if (block.kind == BlockKind::kClose) piece.position = kClosePosition;
  const Script& script = ChooseScript(block);
  const auto correction = std::find_if(corrections_.begin(), corrections_.end(),
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

Piece PieceMaker::MakeClose(const Block& block, const Script& script) {
  Piece piece;
  piece.block = &block;
  piece.position = kClosePosition;
  piece.beats = PlainBeats(script);
  const bool own =
      &block >= frame_.blocks.data() && &block < frame_.blocks.data() + frame_.blocks.size();
  // Shared goodbyes of customers (A) and staff (B) keep these roles, others go either way.
  const bool flip = !own && (frame_.server == '\0' ? Chance(random_, 50) : frame_.server == 'A');
  for (Beat& beat : piece.beats) {
    beat.block = &block;
    if (flip) beat.role = OtherOf(beat.role);
  }
  piece.beats.front().starts_block = true;
  return piece;
}

const Frame* PieceMaker::Talk() const {
  const Frame* talk = FindTalk(frame_.talk);
  if (talk == nullptr) return nullptr;
  const bool plain = LevelOf(*talk, 'A') == Level::kHae;
  for (const char role : {'A', 'B'}) {
    if ((LevelOf(frame_, role) == Level::kHae) != plain) return nullptr;
  }
  return talk;
}

Piece PieceMaker::Exchange(char role, const std::string& ask, const std::string& give) {
  Piece piece;
  piece.beats.resize(2);
  piece.beats[0].role = OtherOf(role);
  piece.beats[0].key = ask;
  piece.beats[0].starts_block = true;
  piece.beats[1].role = role;
  piece.beats[1].key = give;
  return piece;
}

Piece PieceMaker::NameExchange(char role) {
  Piece piece = Exchange(role, "name.ask", "name.answer");
  piece.position = Between(kNameFirst, kNameLast);
  return piece;
}

Piece PieceMaker::MaskExchange(char role) {
  Piece piece = Exchange(role, request_.mask + ".ask", request_.mask + ".give");
  piece.position = Between(kMaskFirst, kMaskLast);
  return piece;
}

}  // namespace plumbline::data::korean
