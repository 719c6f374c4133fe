// Where two series part: first differing index, distance there in units of the last place, largest
// distance, counts. Used by every rule; values are compared as stored, never rounded.
#ifndef PLUMBLINE_HARNESS_CHECK_DIVERGENCE_H_
#define PLUMBLINE_HARNESS_CHECK_DIVERGENCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/check/observation.h"

namespace plumbline::check {

struct Divergence {
  int64_t first_index = 0;  // of the first pair that differs, or where the shorter series ends
  std::string baseline;     // values there; "absent" past the end of a series
  std::string candidate;
  std::optional<uint64_t> ulps;   // at first_index, of two finite reals
  bool single_precision = false;  // both are fp32 values and `ulps` counts fp32 steps
  double largest_relative = 0;    // over all pairs of numbers: |c - b| / |b|; 0 for text
  int64_t differing = 0;          // pairs that differ, and values without a partner
  int64_t compared = 0;           // length of the longer series
  double signed_sum = 0;          // sum of c - b over pairs of numbers
};

// nullopt when both series are the same bits in the same order. A NaN equals nothing, itself
// included; 0.0 and -0.0 differ.
std::optional<Divergence> FindDivergence(const std::vector<Value>& baseline,
                                         const std::vector<Value>& candidate);

// Representable doubles (or floats) between two finite values; 0 for equal bits.
uint64_t UlpDistance(double a, double b);
uint64_t UlpDistance(float a, float b);

// A number of either alternative. Errors: kInternal for text.
double NumberOf(const Value& value);

// For messages and tables: whole numbers and text as they are, reals as shortest decimals.
std::string ValueText(const Value& value);

// "differs first at 17 of 500: 0.25 -> 0.26 (12 ULP fp32), 483 differ, largest 1.2e-03 relative"
std::string Describe(const Divergence& divergence);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_DIVERGENCE_H_
