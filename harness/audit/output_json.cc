#include "harness/audit/output.h"

#include <cmath>

#include "harness/audit/reading_aids.h"

namespace plumbline::audit {

Json FindingToJson(const Finding& finding, Language language) {
  Json inputs = Json::array();
  for (const Place& place : finding.inputs) {
    Json input = {{"file", place.file}, {"key", place.key}};
    if (place.line > 0) input["line"] = place.line;
    inputs.push_back(std::move(input));
  }
  Json operands = Json::object();
  for (const Operand& operand : finding.operands) {
    operands[operand.name] = Render({"{value}", "{value}"}, {{"value", operand.value, operand.korean}},
                                    language);
  }
  Json json = {{"rule", finding.rule},
               {"verdict", VerdictWord(finding.verdict)},
               {"severity", SeverityLetter(finding.severity)},
               {"confidence", finding.confidence},
               {"statement", Render(finding.statement, finding.operands, language)},
               {"formula", FormulaText(finding, language)},
               {"inputs", std::move(inputs)},
               {"operands", std::move(operands)},
               {"settle", Render(finding.settle, finding.operands, language)},
               {"action", Render(finding.action, finding.operands, language)},
               {"sources", finding.sources}};
  if (finding.suppressed) json["suppressed"] = *finding.suppressed;
  return json;
}

Json AuditToJson(const std::vector<RunAudit>& audits, Language language) {
  Json runs = Json::array();
  for (const RunAudit& audit : audits) {
    Json findings = Json::array();
    for (const Finding& finding : audit.findings) {
      findings.push_back(FindingToJson(finding, language));
    }
    Json run = {{"path", audit.path},
                {"findings", std::move(findings)},
                {"comparison", ComparisonToJson(audit.comparison, language)}};
    const auto aids = ReadingAidsOf(audit.evidence);
    if (!aids.empty()) run["reading_aids"] = ReadingAidsToJson(aids, language);
    if (!audit.evidence.notes.empty()) run["notes"] = audit.evidence.notes;
    runs.push_back(std::move(run));
  }
  return {{"runs", std::move(runs)}};
}

}  // namespace plumbline::audit
