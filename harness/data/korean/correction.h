// How a value is changed in the course of a dialogue: which slot, in which way, and the beats that
// say so.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_CORRECTION_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_CORRECTION_H_

#include <string>
#include <vector>

#include "harness/base/random.h"
#include "harness/data/korean/planner.h"

namespace plumbline::data::korean {

// The beats of a script as it stands.
std::vector<Beat> PlainBeats(const Script& script);

// The script up to the turn that states the slot, then the change; hand-written sections of the
// script are preferred to the shared phrases. A script that does not state the slot stays as it is.
std::vector<Beat> CorrectedBeats(const Frame& frame, const Script& script,
                                 const Correction& correction, SplitMix64& random);

// The slot that a correction of `block` changes; empty when it states none.
std::string CorrectableSlot(const Frame& frame, const Block& block);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_CORRECTION_H_
