// ROUGE-1 equal to ROUGE-L over a whole set, and whether the texts themselves make it so. Used by
// met-r1-equals-rl and by the reading aids that point at it.
#ifndef PLUMBLINE_HARNESS_AUDIT_EQUAL_ROUGE_H_
#define PLUMBLINE_HARNESS_AUDIT_EQUAL_ROUGE_H_

#include "harness/audit/evidence.h"

namespace plumbline::audit {

// Whether some score of the run is printed with three digits or more: healthy scores of short texts
// share two. (Python drops zeros at the end: one score alone does not tell.)
bool ScoresAreFine(const Evidence& run);
// Equal to the last printed digit of fine scores, neither because the outputs are perfect nor because nothing
// matched, and over 50 rows or more (where their number is known).
bool RougesAreEqual(const Evidence& run, const Reading& rouge1, const Reading& rougel);
// The saved rows give it by whole words: texts of one pattern share their words in order. Scored once a run.
bool EqualByWords(const Evidence& run);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_EQUAL_ROUGE_H_
