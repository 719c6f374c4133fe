// The rules of the trace and the configuration with a change that makes each fire and one that leaves it silent. The
// cases are in tier1_cases_<family>.cc; tier1_rules_test.cc runs them.
#ifndef PLUMBLINE_TESTS_UNIT_AUDIT_TIER1_CASES_H_
#define PLUMBLINE_TESTS_UNIT_AUDIT_TIER1_CASES_H_

#include <functional>
#include <vector>

#include "harness/audit/evidence.h"

namespace plumbline::audit {

using Change = std::function<void(Evidence&)>;

struct Case {
  const char* rule;
  const char* name;
  Change fire;
  Change silence;
  const char* part;  // of the sentence that fires
};

std::vector<Case> SettingCases();  // cfg-, data-, adp-
std::vector<Case> CourseCases();   // opt-, prc-
std::vector<Case> ResultCases();   // ckp-, gen-, met-, msr-

// Changes that several cases make.
void Claimed(Evidence& run, const char* quantity, const char* value, const char* base = "");
void Final(Evidence& run, const char* name, const char* value);
void Fact(Evidence& run, const char* name, const char* value);
void ByTrainer(Evidence& run);
Json Bart();

}  // namespace plumbline::audit

#endif  // PLUMBLINE_TESTS_UNIT_AUDIT_TIER1_CASES_H_
