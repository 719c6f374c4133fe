// The part of msr-summary-stat-wrong that looks at rates, rows and shares said in sentences. Used by
// rule_msr_summary.cc alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_SUMMARY_RATES_H_
#define PLUMBLINE_HARNESS_AUDIT_SUMMARY_RATES_H_

#include "harness/audit/rule.h"

namespace plumbline::audit {

void CheckSummaryRates(const Context& context, Sink& sink);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_SUMMARY_RATES_H_
