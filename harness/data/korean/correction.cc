#include "harness/data/korean/correction.h"

#include <algorithm>
#include <optional>
#include <string>

#include "harness/base/error.h"

namespace plumbline::data::korean {
namespace {

constexpr uint64_t kRecordPercent =
    50;  // O's wrong record replaces the question, where that makes sense

Beat TurnBeat(const Turn& turn) {
  Beat beat;
  beat.role = turn.role;
  beat.turn = &turn;
  return beat;
}

Beat PhraseBeat(char role, std::string key, const std::string& slot) {
  Beat beat;
  beat.role = role;
  beat.key = std::move(key);
  beat.slot = slot;
  return beat;
}

std::optional<size_t> TurnOf(const Script& script, const std::string& slot) {
  for (size_t t = 0; t < script.turns.size(); ++t) {
    const auto& facts = script.turns[t].facts;
    if (std::find(facts.begin(), facts.end(), slot) != facts.end()) return t;
  }
  return std::nullopt;
}

// The partner of the turn's speaker: whoever speaks beside it in the script.
char PartnerOf(const Script& script, size_t turn) {
  const char speaker = script.turns[turn].role;
  if (turn > 0) return script.turns[turn - 1].role;
  if (turn + 1 < script.turns.size()) return script.turns[turn + 1].role;
  return speaker == 'A' ? 'B' : 'A';
}

bool MayHaveRecord(const Frame& frame, const Script& script, size_t turn) {
  const bool knows_each_other =
      frame.talk == "work" || frame.talk == "friend" || frame.talk == "family";
  return knows_each_other && turn == 1 && script.turns[turn].facts.size() == 1;
}

}  // namespace

std::vector<Beat> PlainBeats(const Script& script) {
  std::vector<Beat> beats;
  for (const Turn& turn : script.turns) beats.push_back(TurnBeat(turn));
  return beats;
}

std::vector<Beat> CorrectedBeats(const Frame& frame, const Script& script,
                                 const Correction& correction, SplitMix64& random) {
  const auto turn = TurnOf(script, correction.slot);
  if (!turn.has_value()) return PlainBeats(script);
  const std::string cue = frame.FindSlot(correction.slot)->cue == Cue::kChoice ? "choice" : "state";
  const char speaker = script.turns[*turn].role;
  const char partner = PartnerOf(script, *turn);
  const auto own = script.corrections.find(correction.kind);
  const bool has_own = own != script.corrections.end() && !correction.rejected_last;
  const bool first_rejected =
      !correction.rejected_last && correction.kind != CorrectionKind::kOther;

  std::vector<Beat> beats;
  for (size_t t = 0; t <= *turn; ++t) beats.push_back(TurnBeat(script.turns[t]));
  if (first_rejected) beats.back().as_rejected = correction.slot;
  const auto add = [&](char role, const std::string& key) {
    beats.push_back(PhraseBeat(role, key, correction.slot));
  };
  if (has_own) {
    for (const Turn& extra : own->second) beats.push_back(TurnBeat(extra));
  } else if (correction.kind == CorrectionKind::kSelf) {
    add(speaker, correction.rejected_last ? "self.after." + cue : "self." + cue);
  } else if (correction.kind == CorrectionKind::kAvail && correction.rejected_last) {
    add(partner, "avail.after");
  } else if (correction.kind == CorrectionKind::kAvail) {
    add(partner, "avail.offer");
    add(speaker, "avail.accept");
  } else if (correction.rejected_last) {
    add(partner, "other.after.ask");
    add(speaker, "other.after.fix");
  } else if (MayHaveRecord(frame, script, *turn) && random.Below(100) < kRecordPercent) {
    beats.clear();
    add(partner, "other.record");
    add(speaker, "other.right");
  } else {
    add(partner, "other.ask");
    add(speaker, "other.fix");
  }
  return beats;
}

std::vector<Correction> ChooseCorrections(const ItemRequest& request, SplitMix64& random) {
  std::vector<Correction> chosen;
  if (request.correction == CorrectionKind::kNone) return chosen;
  const int wanted = request.second_correction ? 2 : 1;
  for (int n = 0; n < wanted; ++n) {
    std::vector<Correction> candidates;
    for (const Block& block : request.frame->blocks) {
      const bool fits =
          request.num_persons >= block.min_persons && request.num_persons <= block.max_persons;
      const bool taken = std::any_of(chosen.begin(), chosen.end(),
                                     [&block](const Correction& c) { return c.block == &block; });
      if (!fits || taken || block.facts.empty() || block.corrections.empty()) continue;
      CorrectionKind kind = request.correction;
      if (!block.corrections.contains(kind)) {
        if (n == 0) continue;
        kind = *block.corrections.begin();
      }
      const std::string slot = CorrectableSlot(*request.frame, block);
      if (!slot.empty())
        candidates.push_back({&block, slot, kind, n == 0 && request.rejected_last});
    }
    if (candidates.empty()) break;
    chosen.push_back(candidates[random.Below(candidates.size())]);
  }
  return chosen;
}

std::string CorrectableSlot(const Frame& frame, const Block& block) {
  // The slot of the block's name where it states it, else its first fact in file order.
  if (std::find(block.facts.begin(), block.facts.end(), block.name) != block.facts.end())
    return block.name;
  for (const Slot& slot : frame.slots) {
    if (std::find(block.facts.begin(), block.facts.end(), slot.name) != block.facts.end())
      return slot.name;
  }
  return "";
}

}  // namespace plumbline::data::korean
