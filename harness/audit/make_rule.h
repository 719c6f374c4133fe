// A rule of the first tier from its parts. Called by the files that hold a family of rules.
#ifndef PLUMBLINE_HARNESS_AUDIT_MAKE_RULE_H_
#define PLUMBLINE_HARNESS_AUDIT_MAKE_RULE_H_

#include <string>
#include <utility>
#include <vector>

#include "harness/audit/rule.h"

namespace plumbline::audit {

inline Rule MakeRule(const char* id, Severity severity, const Text& title, const Text& explanation,
                     std::vector<std::string> sources, void (*evaluate)(const Context&, Sink&)) {
  Rule rule;
  rule.id = id;
  rule.severity = severity;
  rule.title = title;
  rule.explanation = explanation;
  rule.sources = std::move(sources);
  rule.evaluate = evaluate;
  return rule;
}

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_MAKE_RULE_H_
