// One case for each rule of tiers 2 to 4, in the form of tier1_cases.h: what makes it fire and what it
// looks at and finds in order. Closer cases of each rule are in the tests named after their inputs.
#ifndef PLUMBLINE_TESTS_UNIT_AUDIT_LATER_CASES_H_
#define PLUMBLINE_TESTS_UNIT_AUDIT_LATER_CASES_H_

#include <vector>

#include "tests/unit/audit/tier1_cases.h"

namespace plumbline::audit {

std::vector<Case> TextCases();     // predictions and references
std::vector<Case> EncodedCases();  // encoded rows and tokenizer files
std::vector<Case> DataCases();     // the data's text
std::vector<Case> WeightCases();   // adapters, weights and a run's own records

// All four tiers.
std::vector<Case> AllCases();

}  // namespace plumbline::audit

#endif  // PLUMBLINE_TESTS_UNIT_AUDIT_LATER_CASES_H_
