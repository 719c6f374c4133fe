// The part of msr-summary-stat-wrong that looks at clocks: elapsed times, quotients of run times,
// unfinished runs, start-up. Used by rule_msr_summary.cc alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_SUMMARY_TIMES_H_
#define PLUMBLINE_HARNESS_AUDIT_SUMMARY_TIMES_H_

#include "harness/audit/rule.h"

namespace plumbline::audit {

void CheckSummaryTimes(const Context& context, Sink& sink);

// A refuted figure at its place.
Finding& SayWrong(Sink& sink, const Text& text, double confidence, const Place& place,
                  Severity severity = Severity::kMinor);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_SUMMARY_TIMES_H_
