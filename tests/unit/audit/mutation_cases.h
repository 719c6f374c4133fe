// What every arithmetic rule needs beside a firing and a silent case: a figure that, moved by two
// units of its last printed digit, flips the verdict; and true runs whose figures are only rounded.
#ifndef PLUMBLINE_TESTS_UNIT_AUDIT_MUTATION_CASES_H_
#define PLUMBLINE_TESTS_UNIT_AUDIT_MUTATION_CASES_H_

#include <functional>
#include <vector>

#include "tests/unit/audit/tier1_cases.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {

struct Mutation {
  const char* rule;
  const char* name;
  const char* part;  // of the sentence that appears
  std::function<void(Study&, const char*)> state;  // of TwoRuns(), judged at its second run
  const char* silent;
  const char* one_off;  // still silent; nullptr: one unit is decided as two are, or is on the edge
  const char* firing;
};

// Two runs of MakeTrace, the second ten times as long: 108 s and 1080 s.
Study TwoRuns();
std::vector<Mutation> TraceMutations();   // cfg-, data-, adp-, opt-, prc-
std::vector<Mutation> ResultMutations();  // ckp-, gen-, met-, msr-
std::vector<Mutation> AllMutations();

struct RoundingCase {
  const char* rule;
  // Makes a true run's figures, printed with few digits, what the rule looks at. `o` is how the
  // run of the study that is judged, the second, was made.
  std::function<void(Study&, const TraceOptions& o, SplitMix64&)> print;
};

std::vector<RoundingCase> RoundingCases();
// A true run of random shape, printed with random digits; evaluation stays below half of the time.
TraceOptions RandomTrace(SplitMix64& random);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_TESTS_UNIT_AUDIT_MUTATION_CASES_H_
