#include "reports/html.h"

#include <variant>

#include "reports/chart.h"
#include "reports/escape.h"
#include "reports/style.h"

namespace plumbline::report {
namespace {

constexpr size_t kLongText = 32;   // longer ones are broken where they can be
constexpr size_t kShortText = 18;  // shorter ones stay on one line: marks beside their words

std::string ClassOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kMuted:
      return "muted";
    case Tone::kWorse:
      return "worse";
    case Tone::kBetter:
      return "better";
    case Tone::kWarning:
      return "warning";
  }
  return "";
}

std::string Attribute(const std::string& name, const std::string& value) {
  return value.empty() ? "" : " " + name + "=\"" + HtmlEscaped(value) + "\"";
}

std::string IdAttribute(const std::string& id) { return Attribute("id", AnchorOf(id)); }

// A list without blanks may be broken behind its commas.
std::string Breakable(const std::string& html) {
  std::string breakable;
  for (size_t i = 0; i < html.size(); ++i) {
    breakable += html[i];
    if (html[i] == ',' && i + 1 < html.size() && html[i + 1] != ' ') breakable += "<wbr>";
  }
  return breakable;
}

std::string Inline(const Text& text) {
  std::string html = HtmlEscaped(text.value);
  if (html.size() > kLongText) html = Breakable(html);
  if (text.code && !html.empty()) html = "<code>" + html + "</code>";
  if (!text.page.empty()) html = "<a" + Attribute("href", text.page) + ">" + html + "</a>";
  if (text.exact.empty()) return html;
  return "<data" + Attribute("value", text.exact) + Attribute("title", text.exact) + ">" + html +
         "</data>";
}

std::string Html(const Paragraph& paragraph) {
  return "<p" + IdAttribute(paragraph.id) + Attribute("class", ClassOf(paragraph.text.tone)) + ">" +
         Inline(paragraph.text) + "</p>\n";
}

std::string Html(const Commands& commands) {
  std::string html = "<p class=\"label\">" + HtmlEscaped(commands.label) + "</p>\n";
  for (const std::string& line : commands.lines)
    html += "<pre><code>" + HtmlEscaped(line) + "</code></pre>\n";
  return html;
}

std::string HeadOf(const Table& table) {
  std::string html = "<thead><tr>";
  for (const Column& column : table.columns) {
    html += std::string("<th scope=\"col\"") + (column.numeric ? " class=\"num\"" : "") + ">" +
            HtmlEscaped(column.title) + "</th>";
  }
  return html + "</tr></thead>\n";
}

std::string CellOf(const Table& table, const TableRow& row, size_t index) {
  const Text& text = row.cells[index];
  std::string classes = ClassOf(text.tone);
  if (table.columns[index].numeric) {
    classes += std::string(classes.empty() ? "" : " ") + "num";
    if (text.value.size() > kLongText) classes += " long";
  } else if (text.value.size() <= kShortText) {
    classes += std::string(classes.empty() ? "" : " ") + "whole";
  }
  const std::string tag = index == 0 ? "th" : "td";
  return "<" + tag + (index == 0 ? " scope=\"row\"" : "") + Attribute("class", classes) + ">" +
         Inline(text) + "</" + tag + ">";
}

std::string Html(const Table& table) {
  std::string html = "<div class=\"scroll\" role=\"region\" tabindex=\"0\"" +
                     Attribute("aria-label", table.caption) + "><table" + IdAttribute(table.id) +
                     "><caption>" + HtmlEscaped(table.caption) + "</caption>\n" + HeadOf(table) +
                     "<tbody>\n";
  for (const TableRow& row : table.rows) {
    html += "<tr" + IdAttribute(row.id) + ">";
    for (size_t i = 0; i < row.cells.size(); ++i) html += CellOf(table, row, i);
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string Html(const Charts& charts) {
  std::string html = "<div class=\"charts\">\n";
  for (const Chart& chart : charts.charts) {
    html += "<figure" + IdAttribute(chart.id) + "><figcaption>" + HtmlEscaped(chart.title) +
            "</figcaption>" + Svg(chart) + "</figure>\n";
  }
  return html + "</div>\n";
}

std::string SummaryOf(const Block& block) {
  const Table* table = std::get_if<Table>(&block.content);
  if (table == nullptr) return "more";
  return table->caption + " (" + std::to_string(table->rows.size()) + ")";
}

std::string Html(const Block& block) {
  const std::string inside =
      std::visit([](const auto& content) { return Html(content); }, block.content);
  if (!block.folded) return inside;
  return "<details><summary>" + HtmlEscaped(SummaryOf(block)) + "</summary>\n" + inside +
         "</details>\n";
}

std::string Html(const Section& section, bool first) {
  const std::string anchor = HtmlEscaped(AnchorOf(section.id));
  const std::string level = first ? "h1" : "h2";
  std::string html = "<section id=\"" + anchor + "\"" + (first ? " class=\"lead\"" : "") + ">\n<" +
                     level + Attribute("class", ClassOf(section.tone)) + "><a href=\"#" + anchor +
                     "\">" + HtmlEscaped(section.title) + "</a></" + level + ">\n";
  for (const Block& block : section.blocks) html += Html(block);
  return html + "</section>\n";
}

std::string Navigation(const std::vector<Section>& sections) {
  std::string html = "<nav aria-label=\"On this page\"><ul>\n";
  for (size_t i = 1; i < sections.size(); ++i) {
    html += "<li><a href=\"#" + HtmlEscaped(AnchorOf(sections[i].id)) + "\">" +
            HtmlEscaped(sections[i].title) + "</a></li>\n";
  }
  return html + "</ul></nav>\n";
}

std::string Head(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n"
         "<title>" +
         HtmlEscaped(title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n";
}

std::string Sides(const check::Comparison& comparison) {
  std::string sides = "Plumbline";
  if (!comparison.suite.empty()) sides += " / " + comparison.suite;
  if (!comparison.trained) return sides + " / judged before the first step";
  if (comparison.candidate_label.empty()) return sides;
  const std::string baseline =
      comparison.baseline_label.empty() ? "no baseline" : comparison.baseline_label;
  return sides + " / baseline: " + baseline + ", candidate: " + comparison.candidate_label;
}

}  // namespace

std::string HtmlPage(const std::string& title, const std::string& line,
                     const std::vector<Section>& sections) {
  std::string html = Head(title) + "<body>\n<header><p>" + HtmlEscaped(line) +
                     "</p></header>\n<main>\n";
  for (size_t i = 0; i < sections.size(); ++i) {
    html += Html(sections[i], i == 0);
    if (i == 0) html += Navigation(sections);
  }
  return html + "</main>\n</body>\n</html>\n";
}

std::string Html(const Facts& facts, const std::vector<Section>& sections) {
  const check::Comparison& comparison = facts.comparison;
  return HtmlPage(check::ToText(comparison.verdict) + " " + comparison.suite + " - Plumbline",
                  Sides(comparison), sections);
}

}  // namespace plumbline::report
