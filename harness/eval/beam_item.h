// Beam search of one item, as transformers 5.23 codes it (generation/utils.py, _beam_search): which candidates run
// on, which are finished, and when the item can improve no more. Called by the generator once a step; knows nothing
// of models, batches or scores of whole vocabularies.
//
// An item's result does not depend on the other items of its batch: what the reference freezes has left here.
#ifndef PLUMBLINE_HARNESS_EVAL_BEAM_ITEM_H_
#define PLUMBLINE_HARNESS_EVAL_BEAM_ITEM_H_

#include <cstdint>
#include <span>
#include <vector>

#include "harness/eval/generation_config.h"
#include "harness/eval/top_candidates.h"

namespace plumbline::eval {

// The reference's minus infinity: what beams other than the first start with, the score of an empty place among
// the finished, and what is taken off a sum that must not be chosen.
inline constexpr float kNoBeam = -1.0e9f;

// max(2, 1 + number of eos ids) * num_beams: enough that num_beams of them are not finished.
int64_t CandidatesOfItem(const GenerationConfig& config);

class BeamItem {
 public:
  struct Beam {
    std::vector<int64_t> sequence;  // decoder sequence, prefix included
    float score = kNoBeam;          // sum of processed log-probabilities
    int64_t parent = 0;             // beam of the step before
  };
  struct Finished {
    std::vector<int64_t> sequence;
    float score = kNoBeam;  // sum / generated length ^ length_penalty
    bool is_finished = false;
  };

  // `prefix`: decoder start token or prompt. `config` must outlive the item.
  BeamItem(const GenerationConfig& config, const SequenceLengths& lengths,
           std::span<const int64_t> prefix);

  // Takes the best CandidatesOfItem(config) candidates over all running beams, best first.
  void Advance(std::span<const Candidate> candidates);

  bool is_done() const { return is_done_; }
  const std::vector<Beam>& running() const { return running_; }
  // Best first, num_beams of them. An empty place (is_finished false) stands only where fewer continuations than
  // beams ever had a score above minus infinity.
  const std::vector<Finished>& finished() const { return finished_; }

 private:
  bool Hits(int64_t token) const;
  float LengthFactor(int64_t num_tokens) const;
  void Finish(std::span<const Candidate> candidates);
  void Continue(std::span<const Candidate> candidates);
  bool CanImprove() const;
  bool IsFull() const;

  const GenerationConfig& config_;
  SequenceLengths lengths_;
  int64_t length_;  // of the running sequences
  bool is_done_ = false;
  std::vector<Beam> running_;
  std::vector<Beam> next_;
  std::vector<Finished> finished_;
};

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_BEAM_ITEM_H_
