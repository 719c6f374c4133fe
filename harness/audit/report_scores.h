// Scores that a report's tables repeat for its runs, as claims score_rouge1, score_rouge2,
// score_rougeL and score_rouge_sum. Used by the reader of prose.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_SCORES_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_SCORES_H_

#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/report_names.h"
#include "harness/audit/report_text.h"

namespace plumbline::audit {

// A row that names one run under columns of ROUGE; in a report of one run, the column of "this run"
// beside rows of ROUGE. Expected and target columns are none. Percentages become shares of 1.
void ReadScoreTables(const ReportText& report, const RunNames& names, const std::string& shown,
                     Study& study);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_SCORES_H_
