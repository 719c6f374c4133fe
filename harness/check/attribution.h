// Why: ranks what differs between baseline and run (config, ledger, data, environment, binary) and
// says it in a sentence. Called by check.cc last, on a comparison whose facts are complete.
#ifndef PLUMBLINE_HARNESS_CHECK_ATTRIBUTION_H_
#define PLUMBLINE_HARNESS_CHECK_ATTRIBUTION_H_

#include <vector>

#include "harness/check/comparison.h"
#include "harness/config/compare.h"

namespace plumbline::check {

// A difference of two configurations with its sentence.
ConfigChange ChangeOf(const config::Difference& difference);

// Fills causes, headline and next. Order of causes: problems of the run, settings (those that
// change the planned work first), broken identities (`declared != observed`), data, tokenizer,
// checkpoint, environment, binary, code. A single difference is "probably because"; what was
// counted against a declaration is "because"; without any difference a moved metric has "no cause
// found": noise, or the gate is wrong.
void Explain(Comparison& comparison);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_ATTRIBUTION_H_
