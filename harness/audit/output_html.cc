#include <sstream>

#include "harness/audit/output.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

constexpr const char* kStyle =
    ":root{color-scheme:light dark;--line:#d0d7de;--soft:#57606a}"
    "body{font:15px/1.55 system-ui,'Nanum Gothic','Apple SD Gothic Neo','Malgun Gothic',sans-serif;"
    "max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff;"
    "overflow-wrap:anywhere;word-break:keep-all}h1{font-size:1.5rem;margin:0 0 1rem}"
    "h2{margin:2.2rem 0 .2rem;font-size:1.15rem}h3{margin:1.5rem 0 .4rem;font-size:1rem}"
    "nav ul,details ul{padding-left:1.2rem}"
    "article{border-left:4px solid #9aa4af;padding:.2rem .9rem;margin:.9rem 0}"
    ".B{border-color:#b3261e}.M{border-color:#b26a00}.m{border-color:#5c6bc0}"
    "p{margin:.15rem 0}code{font:13px/1.5 ui-monospace,monospace}"
    "small,.soft,dt{color:var(--soft)}dl{margin:.3rem 0;display:grid;"
    "grid-template-columns:max-content minmax(0,1fr);gap:.1rem .8rem;font-size:.9rem}dd{margin:0}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed;font-size:.9rem}"
    "th,td{border-top:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "th[scope]{font-weight:600}.refuted b{color:#b3261e}.agrees b{color:#1a7f37;font-weight:400}"
    "@media(max-width:40rem){table,tbody,tr,td,th{display:block;width:auto}thead{display:none}"
    "td:empty{display:none}td,th{border:0;padding:.1rem .3rem}tr{border-top:1px solid var(--line);"
    "padding:.4rem 0}td::before{content:attr(data-label);display:block;color:var(--soft);"
    "font-size:.8rem}dl{display:block}}"
    "@media(prefers-color-scheme:dark){:root{--line:#3a4149;--soft:#a5adb5}"
    "body{background:#14171a;color:#e6e8ea}.refuted b{color:#ff8a80}.agrees b{color:#7ee787}}";

struct Labels {
  const char* title;
  const char* confidence;
  const char* formula;
  const char* inputs;
  const char* settle;
  const char* action;
  const char* sources;
  const char* suppressed;
  const char* open;
  const char* notes;
};

constexpr Labels kEnglishLabels = {"Audit",   "confidence",    "formula",    "from",
                                   "settle",  "do",            "sources",    "suppressed",
                                   "not evaluated", "could not be used"};
constexpr Labels kKoreanLabels = {"감사 결과", "신뢰도", "계산", "근거",          "확인 방법",
                                  "조치",      "출처",   "제외", "평가하지 않음", "사용하지 못함"};

void Item(std::ostream& out, const char* label, const std::string& text, bool code = false) {
  if (text.empty()) return;
  out << "<dt>" << label << "</dt><dd>" << (code ? "<code>" : "") << EscapedHtml(text)
      << (code ? "</code>" : "") << "</dd>";
}

std::string PlacesText(const Finding& finding) {
  std::string text;
  for (const Place& place : finding.inputs) {
    text += (text.empty() ? "" : "; ") + place.file;
    if (place.line > 0) text += ":" + std::to_string(place.line);
    if (!place.key.empty()) text += " " + place.key;
  }
  return text;
}

void WriteArticle(std::ostream& out, const Finding& finding, const Labels& labels,
                  Language language) {
  std::string sources;
  for (const std::string& source : finding.sources) {
    sources += (sources.empty() ? "" : "; ") + source;
  }
  out << "<article class=\"" << SeverityLetter(finding.severity) << "\"><p><strong>"
      << SeverityLetter(finding.severity) << " " << EscapedHtml(finding.rule) << "</strong> <small>"
      << VerdictText(finding.verdict, language) << ", " << labels.confidence << " "
      << Fixed(finding.confidence, 2) << "</small></p><p>"
      << EscapedHtml(Render(finding.statement, finding.operands, language)) << "</p><dl>";
  Item(out, labels.formula, FormulaText(finding, language), true);
  Item(out, labels.settle, Render(finding.settle, finding.operands, language));
  Item(out, labels.action, Render(finding.action, finding.operands, language));
  Item(out, labels.inputs, PlacesText(finding), true);
  Item(out, labels.sources, sources);
  if (finding.suppressed) Item(out, labels.suppressed, *finding.suppressed);
  out << "</dl></article>\n";
}

void WriteOpen(std::ostream& out, const RunAudit& audit, const Labels& labels, Language language) {
  std::ostringstream items;
  size_t count = 0;
  for (const Finding& finding : audit.findings) {
    if (finding.verdict != Verdict::kNotEvaluated) continue;
    ++count;
    items << "<li><code>" << EscapedHtml(finding.rule) << "</code> "
          << EscapedHtml(Render(finding.statement, finding.operands, language)) << "</li>\n";
  }
  if (items.str().empty()) return;
  out << "<details><summary>" << labels.open << ": " << count << "</summary><ul>\n"
      << items.str() << "</ul></details>\n";
}

void WriteContents(std::ostream& out, const std::vector<RunAudit>& audits, Language language) {
  if (audits.size() < 2) return;
  out << "<nav><ul>\n";
  for (size_t i = 0; i < audits.size(); ++i) {
    out << "<li><a href=\"#run" << i << "\">" << EscapedHtml(audits[i].path) << "</a> <span class=\"soft\">"
        << EscapedHtml(SummaryLine(audits[i], language)) << "</span></li>\n";
  }
  out << "</ul></nav>\n";
}

}  // namespace

std::string EscapedHtml(std::string_view text) {
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

std::string AuditToHtml(const std::vector<RunAudit>& audits, Language language) {
  const bool korean = language == Language::kKorean;
  const Labels& labels = korean ? kKoreanLabels : kEnglishLabels;
  std::ostringstream out;
  out << "<!doctype html>\n<html lang=\"" << (korean ? "ko" : "en")
      << "\"><meta charset=\"utf-8\">"
      << "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Plumbline: "
      << labels.title << "</title><style>" << kStyle << "</style>\n<h1>Plumbline: " << labels.title
      << "</h1>\n";
  WriteContents(out, audits, language);
  for (size_t i = 0; i < audits.size(); ++i) {
    const RunAudit& audit = audits[i];
    out << "<h2 id=\"run" << i << "\">" << EscapedHtml(audit.path) << "</h2>\n<p class=\"soft\">"
        << EscapedHtml(SummaryLine(audit, language)) << "</p>\n";
    for (const std::string& note : audit.evidence.notes) {
      out << "<p>" << labels.notes << ": " << EscapedHtml(note) << "</p>\n";
    }
    for (const Finding& finding : audit.findings) {
      if (finding.verdict != Verdict::kNotEvaluated) WriteArticle(out, finding, labels, language);
    }
    out << ComparisonToHtml(audit.comparison, language);
    WriteOpen(out, audit, labels, language);
  }
  out << "</html>\n";
  return out.str();
}

}  // namespace plumbline::audit
