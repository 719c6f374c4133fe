#include <sstream>

#include "harness/audit/output.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

constexpr const char* kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1f24;background:#fff}h2{margin:2rem 0 .5rem;font-size:1.15rem}"
    "article{border-left:4px solid #9aa4af;padding:.2rem .9rem;margin:.8rem 0}"
    ".B{border-color:#b3261e}.M{border-color:#b26a00}.m{border-color:#5c6bc0}"
    "code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}small{color:#57606a}"
    "@media(prefers-color-scheme:dark){body{background:#14171a;color:#e6e8ea}small{color:#a5adb5}}";

void WriteArticle(std::ostream& out, const Finding& finding, Language language) {
  out << "<article class=\"" << SeverityLetter(finding.severity) << "\"><strong>"
      << SeverityLetter(finding.severity) << " " << Escaped(finding.rule) << "</strong> <small>"
      << VerdictWord(finding.verdict) << ", " << Fixed(finding.confidence, 2) << "</small><br>"
      << Escaped(Render(finding.statement, finding.operands, language));
  if (!finding.formula.empty()) out << "<br><code>" << Escaped(finding.formula) << "</code>";
  for (const Text* text : {&finding.settle, &finding.action}) {
    if (!text->Empty()) {
      out << "<br>" << Escaped(Render(*text, finding.operands, language));
    }
  }
  out << "<br><small>";
  for (const Place& place : finding.inputs) {
    out << Escaped(place.file);
    if (place.line > 0) out << ":" << place.line;
    out << " " << Escaped(place.key) << "; ";
  }
  for (const std::string& source : finding.sources) out << Escaped(source) << "; ";
  out << "</small></article>\n";
}

}  // namespace

std::string AuditToHtml(const std::vector<RunAudit>& audits, Language language) {
  const bool korean = language == Language::kKorean;
  std::ostringstream out;
  out << "<!doctype html>\n<html lang=\"" << (korean ? "ko" : "en")
      << "\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      << "<title>plumbline audit</title><style>" << kStyle << "</style>\n<h1>plumbline audit</h1>\n";
  for (const RunAudit& audit : audits) {
    out << "<h2>" << Escaped(audit.path) << "</h2>\n";
    std::ostringstream open;
    size_t num_open = 0;
    for (const Finding& finding : audit.findings) {
      if (finding.verdict != Verdict::kNotEvaluated) {
        WriteArticle(out, finding, language);
        continue;
      }
      ++num_open;
      open << "<li><code>" << Escaped(finding.rule) << "</code> "
           << Escaped(Render(finding.statement, finding.operands, language)) << "</li>\n";
    }
    if (num_open > 0) {
      out << "<details><summary>" << (korean ? "평가하지 않음: " : "not evaluated: ") << num_open
          << "</summary><ul>\n"
          << open.str() << "</ul></details>\n";
    }
  }
  out << "</html>\n";
  return out.str();
}

}  // namespace plumbline::audit
