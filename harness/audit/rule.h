// A rule: one silent defect, how it is recognised, and who reported it. One line in rules.def, one
// file rule_<family>_<name>.cc (or one file a family) that defines <Name>Rule(). Rules read the
// evidence and speak into a Sink; they open files only where RunFiles names them.
#ifndef PLUMBLINE_HARNESS_AUDIT_RULE_H_
#define PLUMBLINE_HARNESS_AUDIT_RULE_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/finding.h"
#include "harness/audit/timeline.h"

namespace plumbline::audit {

struct Context {
  const Study& study;
  const Evidence& run;
  const Timeline& timeline;                // derived from run's trace alone
  const std::vector<Timeline>& timelines;  // of study.runs, in order
};

struct Rule {
  std::string id;  // "cfg-effective-batch-mismatch"
  int tier = 1;    // 1 trace and config; 2 predictions; 3 tokenizer and data; 4 weights or a re-run
  Severity severity = Severity::kMajor;  // the worst it can report
  Text title;                            // one line, for --list
  Text explanation;  // what goes wrong, how it is recognised, when it is wrong itself
  std::vector<std::string> sources;  // "owner/repo#N", or a file that was read
  void (*evaluate)(const Context& context, Sink& sink) = nullptr;
  bool arithmetic = false;  // judges printed figures; set by rules.def
};

#define RULE(Name) Rule Name##Rule();
#include "harness/audit/rules.def"
#undef RULE

// In the order of rules.def.
const std::vector<Rule>& Rules();
// Errors: kUsage with the nearest name.
const Rule& FindRule(std::string_view id);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_RULE_H_
