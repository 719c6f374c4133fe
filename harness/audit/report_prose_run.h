// What a report of one run says in sentences and tables: figures of single steps, settings in
// passing, expected scores. Used by report_prose.cc alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_PROSE_RUN_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_PROSE_RUN_H_

#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/report_text.h"

namespace plumbline::audit {

void ReadSingleRunProse(const ReportText& report, const std::string& shown, Evidence& run);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_PROSE_RUN_H_
