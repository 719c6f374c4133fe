#include <sstream>

#include "harness/audit/output.h"
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

std::string KoreanVerdict(Verdict verdict) {
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
  const bool korean = language == Language::kKorean;
  out << "  " << SeverityLetter(finding.severity) << "  " << finding.rule << "  "
      << (korean ? KoreanVerdict(finding.verdict) : VerdictWord(finding.verdict)) << ", "
      << labels.confidence << " " << Fixed(finding.confidence, 2) << "\n"
      << "    " << Render(finding.statement, finding.operands, language) << "\n";
  Line(out, labels.formula, finding.formula);
  Line(out, labels.inputs, InputsLine(finding));
  Line(out, labels.settle, Render(finding.settle, finding.operands, language));
  Line(out, labels.action, Render(finding.action, finding.operands, language));
  if (finding.suppressed) Line(out, labels.suppressed, *finding.suppressed);
}

}  // namespace

std::string AuditToText(const std::vector<RunAudit>& audits, Language language) {
  const Labels& labels = language == Language::kKorean ? kKoreanLabels : kEnglishLabels;
  std::ostringstream out;
  for (const RunAudit& audit : audits) {
    out << audit.path << "\n";
    size_t found = 0;
    for (const Finding& finding : audit.findings) {
      if (finding.verdict == Verdict::kNotEvaluated) continue;
      WriteFinding(out, finding, labels, language);
      ++found;
    }
    if (found == 0) out << "  " << labels.clean << "\n";
    for (const Finding& finding : audit.findings) {
      if (finding.verdict != Verdict::kNotEvaluated) continue;
      out << "  -  " << finding.rule << "  " << labels.open << ": "
          << Render(finding.statement, finding.operands, language) << "\n";
    }
    for (const std::string& note : audit.evidence.notes) {
      out << "  -  " << labels.note << ": " << note << "\n";
    }
    out << "\n";
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
