#include "harness/check/audit_facts.h"

#include <algorithm>

namespace plumbline::check {
namespace {

Json ToJson(const AuditFinding& finding) {
  Json json = {{"rule", finding.rule},           {"verdict", finding.verdict},
               {"severity", finding.severity},   {"confidence", finding.confidence},
               {"statement", finding.statement}, {"formula", finding.formula},
               {"inputs", finding.inputs},       {"settle", finding.settle},
               {"action", finding.action},       {"sources", finding.sources}};
  if (!finding.suppressed.empty()) json["suppressed"] = finding.suppressed;
  return json;
}

// "2 minor"; empty for none.
void AddCount(int64_t count, const std::string& name, std::string& text) {
  if (count == 0) return;
  text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
}

}  // namespace

bool IsAlarm(const AuditFinding& finding) {
  return finding.verdict != "note" && finding.suppressed.empty();
}

std::vector<const AuditFinding*> Alarms(const AuditFacts& facts) {
  std::vector<const AuditFinding*> alarms;
  for (const AuditFinding& finding : facts.findings) {
    if (IsAlarm(finding)) alarms.push_back(&finding);
  }
  return alarms;
}

std::string AuditTally(const AuditFacts& facts) {
  if (!facts.made) return "not made";
  std::string text;
  for (const auto& [letter, name] : {std::pair{"B", "blocker"}, std::pair{"M", "major"},
                                     std::pair{"m", "minor"}, std::pair{"i", "information"}}) {
    AddCount(std::ranges::count_if(facts.findings,
                                   [&, severity = letter](const AuditFinding& finding) {
                                     return IsAlarm(finding) && finding.severity == severity;
                                   }),
             name, text);
  }
  const int64_t accepted = std::ranges::count_if(
      facts.findings, [](const AuditFinding& finding) { return !finding.suppressed.empty(); });
  const int64_t notes = std::ranges::count_if(facts.findings, [](const AuditFinding& finding) {
    return finding.verdict == "note" && finding.suppressed.empty();
  });
  AddCount(notes, notes == 1 ? "note" : "notes", text);
  AddCount(accepted, "accepted", text);
  return text.empty() ? "nothing found" : text;
}

Json ToJson(const AuditFacts& facts) {
  if (!facts.made) return facts.problem.empty() ? Json(nullptr) : Json{{"problem", facts.problem}};
  Json findings = Json::array();
  for (const AuditFinding& finding : facts.findings) findings.push_back(ToJson(finding));
  Json open = Json::array();
  for (const OpenRule& rule : facts.not_evaluated) {
    open.push_back(Json{{"rule", rule.rule}, {"needs", rule.needs}});
  }
  Json aids = Json::array();
  for (const ReadingAid& aid : facts.aids) {
    aids.push_back(Json{{"quantity", aid.quantity},
                        {"value", aid.value},
                        {"band", aid.band},
                        {"meaning", aid.meaning},
                        {"limit", aid.limit}});
  }
  return Json{{"findings", std::move(findings)},
              {"not_evaluated", std::move(open)},
              {"reading_aids", std::move(aids)},
              {"notes", facts.notes}};
}

}  // namespace plumbline::check
