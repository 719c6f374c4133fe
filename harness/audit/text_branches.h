// What the texts of a run say where they are saved: the exact branches of rules that also have a
// branch for the trace alone. Each returns whether its inputs were there; then the trace's symptom
// need not be judged.
#ifndef PLUMBLINE_HARNESS_AUDIT_TEXT_BRANCHES_H_
#define PLUMBLINE_HARNESS_AUDIT_TEXT_BRANCHES_H_

#include "harness/audit/rule.h"

namespace plumbline::audit {

// gen-prompt-echo: predictions that begin with their prompt or hold the document.
bool JudgeEchoTexts(const Context& context, Sink& sink);
// gen-runaway-length: predictions cut at the length cap.
bool JudgeOutputLengths(const Context& context, Sink& sink);
// met-delta-within-noise: paired bootstrap over the rows of two saved moments.
bool JudgePairedScores(const Context& context, Sink& sink);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_TEXT_BRANCHES_H_
