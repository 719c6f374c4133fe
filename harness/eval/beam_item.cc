#include "harness/eval/beam_item.h"

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"

namespace plumbline::eval {
namespace {

template <typename List>
std::vector<int64_t> Appended(const List& sequence, int64_t token) {
  std::vector<int64_t> longer;
  longer.reserve(sequence.size() + 1);
  longer.assign(sequence.begin(), sequence.end());
  longer.push_back(token);
  return longer;
}

}  // namespace

int64_t CandidatesOfItem(const GenerationConfig& config) {
  const int64_t num_eos = static_cast<int64_t>(config.eos_token_id.size());
  return std::max<int64_t>(2, 1 + num_eos) * config.num_beams;
}

BeamItem::BeamItem(const GenerationConfig& config, const SequenceLengths& lengths,
                   std::span<const int64_t> prefix)
    : config_(config),
      lengths_(lengths),
      length_(static_cast<int64_t>(prefix.size())),
      running_(config.num_beams),
      next_(config.num_beams),
      finished_(config.num_beams) {
  for (Beam& beam : running_) beam.sequence.assign(prefix.begin(), prefix.end());
  // One live beam: else the first step would choose the same token for all of them.
  running_.front().score = 0;
}

void BeamItem::Advance(std::span<const Candidate> candidates) {
  PLUMBLINE_CHECK(!is_done_ && candidates.size() >= running_.size());
  Finish(candidates);
  Continue(candidates);
  ++length_;
  const bool ends_full = config_.early_stopping == EarlyStopping::kTrue && IsFull();
  is_done_ = length_ >= lengths_.max || ends_full || !CanImprove();
}

bool BeamItem::Hits(int64_t token) const {
  if (length_ + 1 >= lengths_.max) return true;
  const auto& eos = config_.eos_token_id;
  return std::find(eos.begin(), eos.end(), token) != eos.end();
}

float BeamItem::LengthFactor(int64_t num_tokens) const {
  return static_cast<float>(std::pow(static_cast<double>(num_tokens), config_.length_penalty));
}

// Only the best num_beams candidates may finish; the others are spare runners.
void BeamItem::Finish(std::span<const Candidate> candidates) {
  const float factor = LengthFactor(length_ + 1 - lengths_.prefix);
  for (const Candidate& candidate : candidates.first(running_.size())) {
    const float score = candidate.score / factor;
    if (!Hits(candidate.token) || !(score > finished_.back().score)) continue;
    finished_.pop_back();
    const auto worse = std::find_if(finished_.begin(), finished_.end(),
                                    [score](const Finished& other) { return score > other.score; });
    finished_.insert(worse,
                     {Appended(running_[candidate.beam].sequence, candidate.token), score, true});
  }
}

// A finished candidate runs on (without a chance) only where the others have no probability at all.
void BeamItem::Continue(std::span<const Candidate> candidates) {
  std::vector<Candidate> runners(candidates.begin(), candidates.end());
  for (Candidate& runner : runners) runner.score += Hits(runner.token) ? kNoBeam : 0.0f;
  std::stable_sort(runners.begin(), runners.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  for (size_t i = 0; i < next_.size(); ++i) {
    const Beam& parent = running_[runners[i].beam];
    next_[i].sequence.assign(parent.sequence.begin(), parent.sequence.end());
    next_[i].sequence.push_back(runners[i].token);
    next_[i].score = runners[i].score;
    next_[i].parent = runners[i].beam;
  }
  std::swap(running_, next_);
}

bool BeamItem::IsFull() const {
  return std::all_of(finished_.begin(), finished_.end(),
                     [](const Finished& place) { return place.is_finished; });
}

// Whether the best running beam, at the length that favours it (by the rule of early_stopping), beats the worst
// finished one; an empty place is beaten by every live beam.
bool BeamItem::CanImprove() const {
  const bool reaches_out =
      config_.early_stopping == EarlyStopping::kNever && config_.length_penalty > 0;
  const int64_t num_tokens = (reaches_out ? lengths_.max : length_) - lengths_.prefix;
  const float best = running_.front().score / LengthFactor(num_tokens);
  return best > (IsFull() ? finished_.back().score : kNoBeam);
}

}  // namespace plumbline::eval
