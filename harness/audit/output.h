// The findings as text, JSON and HTML; all three carry the same numbers.
#ifndef PLUMBLINE_HARNESS_AUDIT_OUTPUT_H_
#define PLUMBLINE_HARNESS_AUDIT_OUTPUT_H_

#include <string>
#include <vector>

#include "harness/audit/audit.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {

// {"runs": [{"path", "findings": [{"rule", "verdict", "severity", "confidence", "statement",
// "formula", "inputs": [{"file", "key"}], "settle", "action", "sources", "operands"}],
// "comparison": [{"quantity", "title", "declared": [cell], "observed": cell or null, "claimed":
// [cell], "formula"}], "reading_aids": [...], "notes"?: [...]}]}; a cell: {"text", "judgement":
// "agrees/refuted/open", "layer", "file", "key", "line"}; reading aids as in reading_aids.h, where
// there are any.
Json AuditToJson(const std::vector<RunAudit>& audits, Language language);
Json FindingToJson(const Finding& finding, Language language);
std::string AuditToText(const std::vector<RunAudit>& audits, Language language);
// One file that needs neither network nor script.
std::string AuditToHtml(const std::vector<RunAudit>& audits, Language language);

// Its parts: the three columns of a run; "" without rows.
Json ComparisonToJson(const std::vector<ComparedRow>& rows, Language language);
std::string ComparisonToText(const std::vector<ComparedRow>& rows, Language language);
std::string ComparisonToHtml(const std::vector<ComparedRow>& rows, Language language);
std::string EscapedHtml(std::string_view text);
// "2 blocker, 1 minor; 3 claims refuted; 40 rules not evaluated".
std::string SummaryLine(const RunAudit& audit, Language language);
// The layer's name in the language; the verdict's word in it.
std::string LayerWord(Layer layer, Language language);
std::string VerdictText(Verdict verdict, Language language);

std::string ListToText(Language language);
std::string ExplainToText(const Rule& rule, Language language);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_OUTPUT_H_
