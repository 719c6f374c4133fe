// What transformers' Trainer says of itself in a log: the banner before training, and its arguments
// as Python prints them. Called by report_prose for texts of one run.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_LOG_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_LOG_H_

#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/report_text.h"

namespace plumbline::audit {

void ReadTrainerLog(const ReportText& report, const std::string& shown, Evidence& run);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_LOG_H_
