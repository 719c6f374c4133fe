// What can be scored without reading: the first turns of the dialogue, and a summary of some other row.
// A model is worth its training only as far as it is above these. No Torch.
#ifndef PLUMBLINE_HARNESS_RUN_TRIVIAL_SUMMARIES_H_
#define PLUMBLINE_HARNESS_RUN_TRIVIAL_SUMMARIES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/data/example.h"

namespace plumbline::run {

// The first `num_turns` lines of a dialogue, joined by blanks, without the speaker tag at their front.
std::string LeadTurns(const std::string& dialogue, int num_turns);

// The predictions of one trivial method on all rows.
struct TrivialSummaries {
  std::string name;  // "lead1", "lead3", "random"
  std::vector<std::string> predictions;
};

// All three, in that order. `random` takes the first reference of a row of `pool`, drawn by the seed, never the
// row's own. `pool` is not empty.
std::vector<TrivialSummaries> MakeTrivialSummaries(std::span<const data::Example> rows,
                                                   std::span<const data::Example> pool, uint64_t seed);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_TRIVIAL_SUMMARIES_H_
