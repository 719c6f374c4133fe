#include "harness/check/junit.h"

#include <algorithm>
#include <vector>

#include "harness/base/utf8.h"

namespace plumbline::check {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// A broken byte counts as one replacement character.
CodePoint Decode(std::string_view text) {
  const CodePoint point = CodePointAt(text, 0);
  return point.num_bytes == 0 ? CodePoint{kReplacement, 1} : point;
}

// Char of XML 1.0, section 2.2.
bool IsXmlCharacter(char32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code != 0xFFFE && code != 0xFFFF;
}

// Cuts to a number of characters, never inside one.
std::string_view Front(std::string_view text, size_t characters) {
  size_t bytes = 0;
  for (size_t i = 0; i < characters && bytes < text.size(); ++i)
    bytes += Decode(text.substr(bytes)).num_bytes;
  return text.substr(0, std::min(bytes, text.size()));
}

std::string Message(const std::string& text) {
  const std::string_view cut = Front(text, kJunitMessageCharacters);
  if (cut.size() == text.size()) return text;
  return std::string(Front(text, kJunitMessageCharacters - 3)) + "...";
}

struct Case {
  std::string group;
  std::string name;
  std::string element;  // "", failure, error, skipped
  std::string type;
  std::string message;
  std::string body;
};

Case VerdictCase(const Comparison& comparison) {
  std::string body;
  for (const Cause& cause : comparison.causes) body += cause.strength + " " + cause.sentence + "\n";
  for (const std::string& command : comparison.next) body += "next: " + command + "\n";
  return {"verdict",
          "verdict",
          JunitElementOf(comparison.verdict),
          ToText(comparison.verdict),
          comparison.headline,
          body};
}

void AddConfigCases(const Comparison& comparison, std::vector<Case>& cases) {
  for (const ConfigChange& change : comparison.config) {
    if (change.kind == "chain") continue;
    cases.push_back({"config", change.key, change.drifts ? "failure" : "", "CONFIG_DRIFT",
                     change.sentence, ""});
  }
}

void AddIdentityCases(const Comparison& comparison, std::vector<Case>& cases) {
  for (const ledger::Identity& identity : comparison.identities) {
    cases.push_back({"identity", identity.name, identity.holds ? "" : "failure", "REGRESSION",
                     "declared != observed: declared " + identity.declared + " (" +
                         identity.formula + "), counted " + identity.observed,
                     ""});
  }
}

std::string ElementOf(const RowDecision& decision) {
  if (decision.status == RowStatus::kInvalid) return "error";
  if (decision.status == RowStatus::kNotComparable || decision.status == RowStatus::kInsufficient ||
      decision.status == RowStatus::kMissing || decision.status == RowStatus::kNew) {
    return decision.gates ? "failure" : "skipped";
  }
  return decision.gates && decision.status != RowStatus::kSame ? "failure" : "";
}

void AddRowCases(const Comparison& comparison, std::vector<Case>& cases) {
  for (const Row& row : comparison.rows) {
    cases.push_back({"metric." + ToText(row.metric_class), row.name, ElementOf(row.decision),
                     ToText(row.decision.status), row.name + ": " + row.decision.reason,
                     "baseline: " + row.baseline + "\ncandidate: " + row.candidate + "\n"});
  }
}

// What is above a note is shown as skipped: seen by every reader of JUnit, and no failure, for the
// verdict alone decides.
void AddAuditCases(const Comparison& comparison, std::vector<Case>& cases) {
  for (const AuditFinding& finding : comparison.audit.findings) {
    cases.push_back({"audit", finding.rule, IsAlarm(finding) ? "skipped" : "", "AUDIT",
                     finding.severity + " " + finding.verdict + ": " + finding.statement,
                     "formula: " + finding.formula + "\ndo: " + finding.action + "\n"});
  }
}

std::vector<Case> CasesOf(const Comparison& comparison) {
  std::vector<Case> cases = {VerdictCase(comparison)};
  AddConfigCases(comparison, cases);
  AddIdentityCases(comparison, cases);
  AddAuditCases(comparison, cases);
  AddRowCases(comparison, cases);
  return cases;
}

// Of several runs each says which it is.
std::string SuiteName(const Comparison& comparison, bool one_of_several) {
  const std::string suite = comparison.suite.empty() ? "comparison" : comparison.suite;
  return one_of_several ? suite + " (" + comparison.candidate_label + ")" : suite;
}

std::string CaseXml(const std::string& suite, const Case& one) {
  std::string text = "    <testcase classname=\"" + XmlEscaped(suite + "." + one.group) +
                     "\" name=\"" + XmlEscaped(one.name) + "\" time=\"0\"";
  if (one.element.empty()) return text + "/>\n";
  const std::string message = XmlEscaped(Message(one.message));
  text += ">\n      <" + one.element + " message=\"" + message + "\"";
  if (one.element != "skipped") text += " type=\"" + XmlEscaped(one.type) + "\"";
  return text + ">" + message + "&#10;" + XmlEscaped(one.body) + "</" + one.element +
         ">\n    </testcase>\n";
}

std::string Counts(const std::vector<Case>& cases) {
  const auto count = [&](const char* element) {
    return std::to_string(std::ranges::count(cases, element, &Case::element));
  };
  return " tests=\"" + std::to_string(cases.size()) + "\" failures=\"" + count("failure") +
         "\" errors=\"" + count("error") + "\" skipped=\"" + count("skipped") + "\" time=\"0\"";
}

void AppendEscaped(char32_t code, std::string_view bytes, std::string& text) {
  switch (code) {
    case '&':
      text += "&amp;";
      return;
    case '<':
      text += "&lt;";
      return;
    case '>':
      text += "&gt;";
      return;
    case '"':
      text += "&quot;";
      return;
    case '\'':
      text += "&apos;";
      return;
    case '\t':
      text += "&#9;";
      return;
    case '\n':
      text += "&#10;";
      return;
    case '\r':
      text += "&#13;";
      return;
    default:
      text += IsXmlCharacter(code) && code != kReplacement ? bytes : "\xEF\xBF\xBD";
  }
}

}  // namespace

std::string XmlEscaped(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    AppendEscaped(point.value, text.substr(0, point.num_bytes), escaped);
    text.remove_prefix(point.num_bytes);
  }
  return escaped;
}

std::string JunitXml(const Comparison& comparison) { return JunitXml(std::span(&comparison, 1)); }

std::string JunitXml(std::span<const Comparison> comparisons) {
  std::vector<Case> all;
  std::string suites;
  for (const Comparison& comparison : comparisons) {
    const std::vector<Case> cases = CasesOf(comparison);
    const std::string name = SuiteName(comparison, comparisons.size() > 1);
    suites += "  <testsuite name=\"" + XmlEscaped(name) + "\"" + Counts(cases) + ">\n";
    for (const Case& one : cases) suites += CaseXml(name, one);
    suites += "  </testsuite>\n";
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + Counts(all) + ">\n" + suites +
         "</testsuites>\n";
}

}  // namespace plumbline::check
