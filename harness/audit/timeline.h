// What the trace alone proves of a run's course: rows seen, optimizer steps, effective batch, the
// learning rate's line. Derived once a run with interval arithmetic; used by all arithmetic rules.
// Catalogue D1 to D7.
#ifndef PLUMBLINE_HARNESS_AUDIT_TIMELINE_H_
#define PLUMBLINE_HARNESS_AUDIT_TIMELINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/learning_rate_line.h"

namespace plumbline::audit {

// One way to know the optimizer steps of an epoch, with its arithmetic.
struct Derivation {
  std::string name;     // "D3"
  std::string formula;  // with operands
};

struct Timeline {
  std::optional<double> epochs_planned;  // asked for; not what was reached
  std::optional<double> epochs_run;      // the last epoch printed
  Interval rows_seen;                    // D1: samples/s * s; empty: unknown
  std::optional<int64_t> rows_per_epoch;
  bool rows_observed = false;  // D1 agrees with rows_per_epoch; false: it is only declared
  Interval steps_by_rates;     // D2: steps/s * s
  Interval batch_by_rates;     // D3
  Interval steps_per_epoch;    // may be a point; not whole when accumulation leaves a tail
  bool epochs_on_grid = false;  // epochs are exact multiples of the logging cadence
  std::vector<int64_t> batches;            // every effective batch that the trace allows
  std::optional<int64_t> effective_batch;  // when exactly one is left
  std::vector<Derivation> derivations;     // independent ones of the effective batch
  std::vector<std::optional<int64_t>> log_steps;  // optimizer step of each point of run.log
  std::optional<int64_t> planned_steps;
  std::optional<int64_t> executed_steps;  // reached so far
  bool complete = true;                   // false: the trace ends before the planned steps

  // The learning rate while it rises.
  bool rising_to_the_end = false;          // every printed rate above the one before, at least 3
  std::optional<LearningRateLine> warmup;  // the warm-up's line, when one fits
  std::optional<double> peak;              // learning_rate asked for, else the largest printed
  bool peak_declared = false;
  Interval warmup_steps;  // peak / ramp; empty: unknown

  // The batch may be this number.
  bool Allows(int64_t batch) const;
};

Timeline DeriveTimeline(const Evidence& run);

// Rows of an epoch may be cut into `steps` optimizer steps of `batch` rows, by either rounding.
bool CutsInto(int64_t rows, int64_t batch, const Interval& steps);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_TIMELINE_H_
