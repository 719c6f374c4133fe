// Figures that sentences state of one run and that its log can confirm or refute: batch, rates, rows
// seen, shares of time, reductions, speed-ups, the time promised for a next run. Called by report_prose.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_FIGURES_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_FIGURES_H_

#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/report_text.h"

namespace plumbline::audit {

// Lines of prose alone: no code, no table, no dict. Quantities: effective_batch, samples_per_second,
// samples_seen, eval_share, reduction_percent (base "A B"), speed_up (base: the time before),
// grad_norm_{low,high,mean}, next_run_s.
void ReadFigures(const ReportLine& line, const std::string& shown, Evidence& run);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_FIGURES_H_
