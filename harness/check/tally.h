// How many rows of a comparison say what, with those that may turn a verdict red apart from those
// that may not. One wording for the headline, the terminal and the pages.
#ifndef PLUMBLINE_HARNESS_CHECK_TALLY_H_
#define PLUMBLINE_HARNESS_CHECK_TALLY_H_

#include <string>

#include "harness/check/comparison.h"

namespace plumbline::check {

// Rows that gate: "228 same, 1 worse", in the order same, worse, better, changed, missing, new,
// not comparable, insufficient, invalid; empty when there is none.
std::string GatingCounts(const Comparison& comparison);

// Compared rows that never gate (N1, N2): "9 advisory timings (never gate): 6 worse, 3 same"; empty
// when none was compared.
std::string AdvisoryCounts(const Comparison& comparison);

// Rows that were not judged and leave the verdict alone: "53 stored for another machine, 2 without
// a stored value"; empty when there is none.
std::string UnjudgedCounts(const Comparison& comparison);

// The parts that are not empty, joined by "; ".
std::string TallyOf(const Comparison& comparison);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_TALLY_H_
