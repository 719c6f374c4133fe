// The pieces of a plan: blocks and shared exchanges with their speakers fixed, and the order they
// are spoken in. Made and ordered for the planner; it knows nothing of how many a dialogue needs.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_PIECE_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_PIECE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/data/korean/planner.h"

namespace plumbline::data::korean {

inline bool Chance(SplitMix64& random, uint64_t percent) { return random.Below(100) < percent; }

// Places outside the 10-turn scale.
inline constexpr double kClosePosition = 100, kOpenPosition = -1, kCallPosition = -2;

// A block (or a shared exchange) with its wordings fixed in number and speakers, not yet in words.
struct Piece {
  const Block* block = nullptr;
  double position = 0;
  std::vector<Beat> beats;
  std::vector<std::string> facts;
};

// By position, but never before what a piece builds on. Among pieces of nearly the same position
// the one goes first that the last speaker begins: the two texts become one longer turn.
std::vector<Piece> Ordered(std::vector<Piece> pieces);

// Turns of the ordered pieces.
int NumTurns(const std::vector<Piece>& pieces);

bool States(const std::vector<Piece>& pieces, const std::string& fact);

// Everything that `block` builds on is stated by `pieces`.
bool NeedsMet(const Block& block, const std::vector<Piece>& pieces);

// `piece` states something that `pieces` state already.
bool StatesAgain(const Piece& piece, const std::vector<Piece>& pieces);

class PieceMaker {
 public:
  // All three outlive the maker.
  PieceMaker(const ItemRequest& request, const std::vector<Correction>& corrections,
             SplitMix64& random)
      : request_(request), frame_(*request.frame), corrections_(corrections), random_(random) {}

  // The block is meant for this number of persons.
  bool Fits(const Block& block) const;

  // A script of the block, corrected where a correction asks for it; `crowd_role` speaks its X
  // lines.
  Piece Make(const Block& block, char crowd_role);

  // A goodbye; that of the shared talk may be begun by either.
  Piece MakeClose(const Block& block, const Script& script);

  // The partner asks for the name, or for the mask of the request, and `role` gives it.
  Piece NameExchange(char role);
  Piece MaskExchange(char role);

  // The shared talk, unless its speech level is not that of both speakers.
  const Frame* Talk() const;

  static char OtherOf(char role) { return role == 'A' ? 'B' : 'A'; }

 private:
  const Script& ChooseScript(const Block& block);
  Piece Exchange(char role, const std::string& ask, const std::string& give);
  double Between(double first, double last) { return first + (last - first) * random_.Unit(); }

  const ItemRequest& request_;
  const Frame& frame_;
  const std::vector<Correction>& corrections_;
  SplitMix64& random_;
};

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_PIECE_H_
