#include "harness/audit/finding.h"

#include <algorithm>

#include "harness/audit/korean_particles.h"
#include "harness/base/error.h"

namespace plumbline::audit {
namespace {

constexpr double kMostConfidence = 0.99;

std::string ValueOf(const std::vector<Operand>& operands, std::string_view name, std::string_view text,
                    Language language) {
  const auto found = std::ranges::find(operands, name, &Operand::name);
  if (found == operands.end()) {
    Fail(ErrorKind::kInternal, "the sentence of a finding", Quoted(text),
         "an operand for {" + std::string(name) + "}", "the rule's With()");
  }
  return language == Language::kEnglish || found->korean.empty() ? found->value : found->korean;
}

}  // namespace

Finding& Finding::With(std::string name, std::string value, std::string korean) {
  operands.push_back({std::move(name), std::move(value), std::move(korean)});
  return *this;
}

Finding& Finding::Words(std::string name, const std::string& phrase) {
  return With(std::move(name), phrase, KoreanWords(phrase));
}

Finding& Finding::From(const Place& place) {
  const auto same = [&](const Place& other) {
    return other.file == place.file && other.key == place.key;
  };
  if (std::ranges::none_of(inputs, same)) inputs.push_back(place);
  return *this;
}

Finding& Finding::Formula(std::string text, std::string korean) {
  formula = std::move(text);
  formula_korean = std::move(korean);
  return *this;
}

Finding& Finding::FormulaAsItIs(const std::string& text) { return Formula(text, text); }

Finding& Finding::Settle(const Text& text) {
  settle = text;
  return *this;
}

Finding& Finding::Do(const Text& text) {
  action = text;
  return *this;
}

Finding& Sink::Add(Verdict verdict, Severity severity, double confidence, const Text& statement) {
  Finding finding;
  finding.rule = rule_;
  finding.verdict = verdict;
  finding.severity = severity;
  finding.confidence = confidence;
  finding.statement = statement;
  findings_.push_back(std::move(finding));
  return findings_.back();
}

Finding& Sink::NotEvaluated(const Text& needs) {
  return Add(Verdict::kNotEvaluated, Severity::kInfo, 0, needs);
}

// Operands stand in the sentence as they are: only the sentence's own particles are open.
std::string Render(const Text& text, const std::vector<Operand>& operands, Language language) {
  const std::string_view source = language == Language::kKorean ? text.ko : text.en;
  std::string out;
  const auto append = [&](std::string_view piece) {
    if (language == Language::kKorean) {
      AppendWithParticles(piece, out);
    } else {
      out += piece;
    }
  };
  size_t at = 0;
  while (at < source.size()) {
    const size_t open = source.find('{', at);
    if (open == std::string_view::npos) break;
    const size_t close = source.find('}', open);
    if (close == std::string_view::npos) break;
    append(source.substr(at, open - at));
    out += ValueOf(operands, source.substr(open + 1, close - open - 1), source, language);
    at = close + 1;
  }
  append(source.substr(at));
  return out;
}

std::string FormulaText(const Finding& finding, Language language) {
  if (language == Language::kEnglish) return finding.formula;
  return finding.formula_korean.empty() ? KoreanWords(finding.formula) : finding.formula_korean;
}

const char* VerdictWord(Verdict verdict) {
  switch (verdict) {
    case Verdict::kContradiction:
      return "contradiction";
    case Verdict::kDefect:
      return "defect";
    case Verdict::kSymptom:
      return "symptom";
    case Verdict::kNote:
      return "note";
    case Verdict::kNotEvaluated:
      return "not_evaluated";
  }
  return "";
}

const char* SeverityLetter(Severity severity) {
  switch (severity) {
    case Severity::kBlocker:
      return "B";
    case Severity::kMajor:
      return "M";
    case Severity::kMinor:
      return "m";
    case Severity::kInfo:
      return "i";
  }
  return "";
}

std::optional<Severity> ParseSeverity(std::string_view letter) {
  for (const Severity severity :
       {Severity::kBlocker, Severity::kMajor, Severity::kMinor, Severity::kInfo}) {
    if (letter == SeverityLetter(severity)) return severity;
  }
  return std::nullopt;
}

double CombineConfidence(const std::vector<double>& confidences) {
  double doubt = 1;
  for (const double confidence : confidences) doubt *= 1 - confidence;
  return std::min(kMostConfidence, 1 - doubt);
}

}  // namespace plumbline::audit
