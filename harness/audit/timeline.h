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

namespace plumbline::audit {

// One way to know the optimizer steps of an epoch, with its arithmetic.
struct Derivation {
  std::string name;     // "D3"
  std::string formula;  // with operands
};

struct Timeline {
  std::optional<double> epochs_planned;  // asked for; not what was reached
  std::optional<double> epochs_run;      // last epoch printed
  Interval rows_seen;                    // D1: samples/s * s; empty: unknown
  std::optional<int64_t> rows_per_epoch;
  bool rows_observed = false;  // rows_per_epoch comes from D1, not from a setting
  Interval steps_run;          // D2: steps/s * s, or the step that was logged
  Interval batch_by_rates;     // D3
  std::vector<int64_t> steps_per_epoch_candidates;  // all that the trace allows, ascending
  std::optional<int64_t> steps_per_epoch;           // when exactly one remains
  std::optional<int64_t> effective_batch;           // rows of one optimizer step
  std::vector<Derivation> derivations;              // independent ones of effective_batch
  std::vector<int64_t> log_steps;  // optimizer step of each log point; empty: unknown
  std::optional<int64_t> planned_steps;
  std::optional<int64_t> executed_steps;  // reached so far

  // The learning rate while it rises: lr = ramp * (step - offset), offset 1 when the logger prints
  // the rate before the step.
  bool rising_to_the_end = false;  // every printed rate above the one before, at least 3
  Interval ramp_per_step;          // empty: no warm-up line fits
  int offset = 0;
  std::optional<double> peak;  // learning_rate asked for, else the largest printed
  bool peak_declared = false;
  Interval warmup_steps;  // peak / ramp
};

Timeline DeriveTimeline(const Evidence& run);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_TIMELINE_H_
