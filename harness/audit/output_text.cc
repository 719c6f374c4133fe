#include <algorithm>
#include <array>
#include <sstream>

#include "harness/audit/output.h"
#include "harness/audit/reading_aids.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

constexpr size_t kInputsShown = 6;

struct Labels {
  const char* formula;
  const char* inputs;
  const char* settle;
  const char* action;
  const char* suppressed;
  const char* open;
  const char* clean;
  const char* note;
  const char* confidence;
};

constexpr Labels kEnglishLabels = {"FORMULA", "FROM",          "SETTLE",
                                   "DO",      "SUPPRESSED",    "not evaluated",
                                   "no findings", "could not be used", "confidence"};
constexpr Labels kKoreanLabels = {"계산", "근거",   "확인 방법", "조치",      "제외",
                                  "평가하지 않음", "발견 없음", "사용하지 못함", "신뢰도"};

std::string InputsLine(const Finding& finding) {
  std::string line;
  for (size_t i = 0; i < finding.inputs.size() && i < kInputsShown; ++i) {
    const Place& place = finding.inputs[i];
    line += (i == 0 ? "" : "; ") + place.file;
    if (place.line > 0) line += ":" + std::to_string(place.line);
    if (!place.key.empty()) line += " " + place.key;
  }
  if (finding.inputs.size() > kInputsShown) {
    line += "; +" + std::to_string(finding.inputs.size() - kInputsShown);
  }
  return line;
}

void Line(std::ostream& out, const char* label, const std::string& text) {
  if (!text.empty()) out << "    " << label << "  " << text << "\n";
}

void WriteFinding(std::ostream& out, const Finding& finding, const Labels& labels,
                  Language language) {
  out << "  " << SeverityLetter(finding.severity) << "  " << finding.rule << "  "
      << VerdictText(finding.verdict, language) << ", "
      << labels.confidence << " " << Fixed(finding.confidence, 2) << "\n"
      << "    " << Render(finding.statement, finding.operands, language) << "\n";
  Line(out, labels.formula, FormulaText(finding, language));
  Line(out, labels.inputs, InputsLine(finding));
  Line(out, labels.settle, Render(finding.settle, finding.operands, language));
  Line(out, labels.action, Render(finding.action, finding.operands, language));
  if (finding.suppressed) Line(out, labels.suppressed, *finding.suppressed);
}

// Rules that lack the same input share a line.
void WriteOpen(std::ostream& out, const RunAudit& audit, const Labels& labels, Language language) {
  std::vector<std::pair<std::string, std::string>> lines;  // what is needed, the rules
  for (const Finding& finding : audit.findings) {
    if (finding.verdict != Verdict::kNotEvaluated) continue;
    const std::string needs = Render(finding.statement, finding.operands, language);
    const auto same = std::ranges::find(lines, needs, &std::pair<std::string, std::string>::first);
    if (same == lines.end()) lines.emplace_back(needs, finding.rule);
    else same->second += ", " + finding.rule;
  }
  for (const auto& [needs, rules] : lines) {
    out << "  -  " << rules << "  " << labels.open << ": " << needs << "\n";
  }
}

}  // namespace

std::string VerdictText(Verdict verdict, Language language) {
  if (language == Language::kEnglish) return VerdictWord(verdict);
  switch (verdict) {
    case Verdict::kContradiction:
      return "모순";
    case Verdict::kDefect:
      return "결함";
    case Verdict::kSymptom:
      return "징후";
    case Verdict::kNote:
      return "참고";
    case Verdict::kNotEvaluated:
      return "평가하지 않음";
  }
  return "";
}

std::string SummaryLine(const RunAudit& audit, Language language) {
  const bool korean = language == Language::kKorean;
  std::array<size_t, 4> counts{};
  size_t open = 0;
  size_t suppressed = 0;
  for (const Finding& finding : audit.findings) {
    if (finding.verdict == Verdict::kNotEvaluated) ++open;
    else if (finding.suppressed) ++suppressed;
    else ++counts[static_cast<size_t>(finding.severity)];
  }
  constexpr std::array kEnglishNames = {"blocker", "major", "minor", "info"};
  constexpr std::array kKoreanNames = {"치명", "중대", "경미", "정보"};
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    add(korean ? std::string(kKoreanNames[i]) + " " + std::to_string(counts[i])
               : std::to_string(counts[i]) + " " + kEnglishNames[i]);
  }
  if (text.empty()) text = korean ? kKoreanLabels.clean : kEnglishLabels.clean;
  const auto more = [&](size_t count, const char* english, const char* korean_text) {
    if (count == 0) return;
    text += "; " + (korean ? std::string(korean_text) + " " + std::to_string(count)
                           : std::to_string(count) + " " + english);
  };
  const size_t refuted = NumRefuted(audit.comparison);
  more(refuted, refuted == 1 ? "claim refuted" : "claims refuted", "반증된 주장");
  more(suppressed, "suppressed", "제외");
  more(open, open == 1 ? "rule not evaluated" : "rules not evaluated", "평가하지 않은 규칙");
  return text;
}

std::string AuditToText(const std::vector<RunAudit>& audits, Language language) {
  const Labels& labels = language == Language::kKorean ? kKoreanLabels : kEnglishLabels;
  std::ostringstream out;
  for (const RunAudit& audit : audits) {
    out << audit.path << "\n  " << SummaryLine(audit, language) << "\n";
    for (const std::string& note : audit.evidence.notes) {
      out << "  !  " << labels.note << ": " << note << "\n";
    }
    for (const Finding& finding : audit.findings) {
      if (finding.verdict != Verdict::kNotEvaluated) WriteFinding(out, finding, labels, language);
    }
    out << ComparisonToText(audit.comparison, language);
    WriteOpen(out, audit, labels, language);
    out << ReadingAidsToText(ReadingAidsOf(audit.evidence), language) << "\n";
  }
  return out.str();
}

std::string ListToText(Language language) {
  std::ostringstream out;
  for (const Rule& rule : Rules()) {
    out << SeverityLetter(rule.severity) << "  tier " << rule.tier << "  " << rule.id << "  "
        << Render(rule.title, {}, language) << "\n";
  }
  return out.str();
}

std::string ExplainToText(const Rule& rule, Language language) {
  std::ostringstream out;
  out << rule.id << "  (tier " << rule.tier << ", severity up to " << SeverityLetter(rule.severity)
      << ")\n"
      << Render(rule.title, {}, language) << "\n\n"
      << Render(rule.explanation, {}, language) << "\n";
  for (const std::string& source : rule.sources) out << "  source: " << source << "\n";
  return out.str();
}

}  // namespace plumbline::audit
