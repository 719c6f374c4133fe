// The findings as text, JSON and HTML; all three carry the same numbers.
#ifndef PLUMBLINE_HARNESS_AUDIT_OUTPUT_H_
#define PLUMBLINE_HARNESS_AUDIT_OUTPUT_H_

#include <string>
#include <vector>

#include "harness/audit/audit.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {

// {"runs": [{"path", "findings": [{"rule", "verdict", "severity", "confidence", "statement",
// "formula", "inputs": [{"file", "key"}], "settle", "action", "sources", "operands"}]}]}.
Json AuditToJson(const std::vector<RunAudit>& audits, Language language);
Json FindingToJson(const Finding& finding, Language language);
std::string AuditToText(const std::vector<RunAudit>& audits, Language language);
// One file that needs neither network nor script.
std::string AuditToHtml(const std::vector<RunAudit>& audits, Language language);

std::string ListToText(Language language);
std::string ExplainToText(const Rule& rule, Language language);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_OUTPUT_H_
