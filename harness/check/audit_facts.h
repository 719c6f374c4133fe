// What the audit of the candidate run said, as the facts every surface renders: findings, rules
// that could not be evaluated, reading aids. Filled by harness/audit/record.cc; leaves the verdict
// alone.
#ifndef PLUMBLINE_HARNESS_CHECK_AUDIT_FACTS_H_
#define PLUMBLINE_HARNESS_CHECK_AUDIT_FACTS_H_

#include <string>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::check {

// One silent defect, contradiction, symptom or note.
struct AuditFinding {
  std::string rule;
  std::string verdict;     // contradiction, defect, symptom, note
  std::string severity;    // B, M, m, i
  double confidence = 0;   // 0 to 1
  std::string statement;   // one sentence with its numbers
  std::string formula;     // with its operands
  std::vector<std::string> inputs;  // "file:line key"
  std::string settle;      // what would settle it; may be empty
  std::string action;      // what to do; may be empty
  std::vector<std::string> sources;
  std::string suppressed;  // the reason why it is accepted; empty: it is not
};

struct OpenRule {
  std::string rule;
  std::string needs;
};

// A figure of the run, the band it lies in, and what the band cannot say.
struct ReadingAid {
  std::string quantity;  // "training loss, last logged"
  std::string value;
  std::string band;      // "1 to 2"
  std::string meaning;
  std::string limit;
};

struct AuditFacts {
  bool made = false;       // false: nothing was audited
  std::string problem;     // why not, when it was tried
  std::vector<AuditFinding> findings;  // worst first
  std::vector<OpenRule> not_evaluated;
  std::vector<ReadingAid> aids;
  std::vector<std::string> notes;  // files that could not be used
};

// Above a note and not accepted: what a hurried reader has to see.
bool IsAlarm(const AuditFinding& finding);
std::vector<const AuditFinding*> Alarms(const AuditFacts& facts);

// "1 blocker, 2 major, 3 notes"; "nothing found" without any; "not made" when nothing was audited.
std::string AuditTally(const AuditFacts& facts);

Json ToJson(const AuditFacts& facts);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_AUDIT_FACTS_H_
