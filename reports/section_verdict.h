// The verdict as people see it: mark and word. For the first section and for lists of runs.
#ifndef PLUMBLINE_REPORTS_SECTION_VERDICT_H_
#define PLUMBLINE_REPORTS_SECTION_VERDICT_H_

#include "harness/check/verdict.h"
#include "reports/block.h"

namespace plumbline::report {

// Mark, word, tone: the colour repeats the mark.
Text VerdictText(check::Verdict verdict);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_SECTION_VERDICT_H_
