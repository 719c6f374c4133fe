// Claims that sentences make: "66 times KoBART", "9 h -> 54 min", "Step 700: NaN". Words of English
// and Korean; figures with their line. Used by the report's reader alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_PROSE_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_PROSE_H_

#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/report_names.h"
#include "harness/audit/report_text.h"

namespace plumbline::audit {

// Quantities: projected_s (base: the time it starts from), shortened_to, time_ratio_train,
// time_ratio_eval, grad_norm_prose, steps_product, lr_target, lr_decays, overfitting, clipping_advice,
// total_params, language_share, expected_rouge1/2/L, estimated_rouge1 (base: whose), success,
// eval_rises_from, nan_from, max_generation_length, generation_defaults, finish.
void ReadProse(const ReportText& report, const RunNames& names, const std::string& shown,
               Study& study);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_PROSE_H_
