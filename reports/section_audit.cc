// Audit: silent defects of this run itself, each with its arithmetic, and what could not be looked
// at. Leaves the verdict alone.
#include <string>

#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

constexpr size_t kDetailed = 5;

Tone ToneOf(const check::AuditFinding& finding) {
  if (!check::IsAlarm(finding)) return Tone::kMuted;
  return finding.severity == "B" ? Tone::kWorse : Tone::kWarning;
}

Text Severity(const check::AuditFinding& finding) {
  const std::string mark = check::IsAlarm(finding) ? "\xE2\x96\xBC " : "\xE2\x80\x93 ";
  return {mark + finding.severity, "", ToneOf(finding)};
}

Table FindingTable(const check::AuditFacts& audit, bool alarms, const std::string& caption) {
  Table table{"",
              caption,
              {{"rule"}, {"severity"}, {"kind"}, {"what the run shows"}, {"what to do"}},
              {}};
  for (const check::AuditFinding& finding : audit.findings) {
    if (check::IsAlarm(finding) != alarms) continue;
    std::string statement = finding.statement;
    if (!finding.suppressed.empty()) statement += " (accepted: " + finding.suppressed + ")";
    table.rows.push_back({"audit." + finding.rule,
                          {{finding.rule},
                           Severity(finding),
                           {finding.verdict + ", " + BriefNumber(finding.confidence, 2)},
                           {statement},
                           {finding.action.empty() ? finding.settle : finding.action}}});
  }
  return table;
}

// Formula and places: what a reader who doubts asks for.
Table EvidenceTable(const check::AuditFacts& audit) {
  Table table{"", "Arithmetic and places", {{"rule"}, {"formula"}, {"from"}, {"would settle it"}}, {}};
  for (const check::AuditFinding& finding : audit.findings) {
    std::string inputs;
    for (size_t i = 0; i < finding.inputs.size() && i < kDetailed; ++i) {
      inputs += (i == 0 ? "" : "; ") + finding.inputs[i];
    }
    if (finding.inputs.size() > kDetailed) {
      inputs += "; +" + std::to_string(finding.inputs.size() - kDetailed);
    }
    table.rows.push_back({"", {{finding.rule}, {finding.formula}, {inputs}, {finding.settle}}});
  }
  return table;
}

Table OpenTable(const check::AuditFacts& audit) {
  Table table{"", "Rules that could not be evaluated", {{"rule"}, {"needs"}}, {}};
  for (const check::OpenRule& rule : audit.not_evaluated) {
    table.rows.push_back({"", {{rule.rule}, {rule.needs}}});
  }
  return table;
}

}  // namespace

Section AuditSection(const Facts& facts) {
  const check::AuditFacts& audit = facts.comparison.audit;
  Section section{"audit", "Audit of this run", {}};
  if (!audit.made) {
    section.blocks.push_back({Paragraph{
        {audit.problem.empty() ? "Not audited: nothing was run." : "Not audited: " + audit.problem}}});
    return section;
  }
  const bool alarmed = !check::Alarms(audit).empty();
  section.blocks.push_back({Paragraph{
      {"Silent defects: " + check::AuditTally(audit) + ". They leave the verdict alone.", "",
       alarmed ? Tone::kWarning : Tone::kPlain}}});
  if (alarmed) section.blocks.push_back({FindingTable(audit, true, "Findings, worst first")});
  Table notes = FindingTable(audit, false, "Notes of the audit");
  if (!notes.rows.empty()) section.blocks.push_back({std::move(notes), 2, true});
  if (!audit.findings.empty()) section.blocks.push_back({EvidenceTable(audit), 3, true});
  for (const std::string& note : audit.notes) {
    section.blocks.push_back({Paragraph{{"Could not be used: " + note, "", Tone::kWarning}}, 2});
  }
  Table open = OpenTable(audit);
  if (!open.rows.empty()) section.blocks.push_back({std::move(open), 4, true});
  return section;
}

}  // namespace plumbline::report
