#include "reports/markdown.h"

#include <algorithm>
#include <variant>

#include "reports/escape.h"

namespace plumbline::report {
namespace {

constexpr size_t kTextLimits[] = {400, 100, 40};  // characters of one cell, tried in turn
constexpr const char* kCut = "\n\nCut to fit; report.html has everything.\n";

// What one attempt keeps.
struct Limits {
  int rank = 0;     // blocks above it are left out
  size_t text = 0;  // characters of one text
};

// A relative path inside <...>: what would end it is percent-encoded.
std::string LinkTarget(const std::string& page) {
  std::string target;
  for (const char c : Visible(page, kPageCharacters)) {
    if (c == '<') {
      target += "%3C";
    } else if (c == '>') {
      target += "%3E";
    } else if (c == '|') {
      target += "%7C";
    } else {
      target += c;
    }
  }
  return target;
}

std::string Inline(const Text& text, const Limits& limits) {
  if (text.code) return MarkdownCode(text.value, limits.text);
  std::string escaped = MarkdownEscaped(text.value, limits.text);
  if (!text.page.empty()) escaped = "[" + escaped + "](<" + LinkTarget(text.page) + ">)";
  const bool strong = text.tone == Tone::kWorse || text.tone == Tone::kWarning;
  return strong && !escaped.empty() ? "**" + escaped + "**" : escaped;
}

std::string Render(const Paragraph& paragraph, const Limits& limits) {
  return Inline(paragraph.text, limits) + "\n\n";
}

std::string Render(const Commands& commands, const Limits& limits) {
  std::string text = MarkdownEscaped(commands.label, limits.text) + "\n\n";
  for (const std::string& line : commands.lines) text += "    " + Visible(line, limits.text) + "\n";
  return text + "\n";
}

std::string Render(const Table& table, const Limits& limits) {
  std::string text = MarkdownEscaped(table.caption, limits.text) + "\n\n|";
  std::string rule = "|";
  for (const Column& column : table.columns) {
    text += " " + MarkdownEscaped(column.title, limits.text) + " |";
    rule += column.numeric ? "--:|" : ":--|";
  }
  text += "\n" + rule + "\n";
  for (const TableRow& row : table.rows) {
    text += "|";
    for (const Text& cell : row.cells) text += " " + Inline(cell, limits) + " |";
    text += "\n";
  }
  return text + "\n";
}

// Drawings stay on the page.
std::string Render(const Charts& charts, const Limits& limits) {
  std::string names;
  for (const Chart& chart : charts.charts) names += (names.empty() ? "" : ", ") + chart.title;
  return "Drawn in report.html: " + MarkdownEscaped(names, limits.text) + "\n\n";
}

std::string NameOf(const Block& block) {
  const Table* table = std::get_if<Table>(&block.content);
  return table == nullptr ? "details"
                          : table->caption + ", " + std::to_string(table->rows.size()) + " rows";
}

std::string Render(const Block& block, const Limits& limits) {
  if (block.rank > limits.rank) {
    return "Left out for size: " + MarkdownEscaped(NameOf(block), limits.text) +
           " (report.html has it)\n\n";
  }
  const std::string inside =
      std::visit([&](const auto& content) { return Render(content, limits); }, block.content);
  if (!block.folded) return inside;
  return "<details><summary>" + HtmlEscaped(NameOf(block), limits.text) + "</summary>\n\n" +
         inside + "</details>\n\n";
}

std::string Render(const std::vector<Section>& sections, const Limits& limits) {
  std::string text;
  for (const Section& section : sections) {
    text +=
        (text.empty() ? "### " : "#### ") + MarkdownEscaped(section.title, limits.text) + "\n\n";
    for (const Block& block : section.blocks) text += Render(block, limits);
  }
  return text;
}

int LargestRank(const std::vector<Section>& sections) {
  int rank = 0;
  for (const Section& section : sections) {
    for (const Block& block : section.blocks) rank = std::max(rank, block.rank);
  }
  return rank;
}

// The front of valid UTF-8, never inside a character.
std::string Front(const std::string& text, size_t bytes) {
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace

std::string Markdown(const std::vector<Section>& sections, size_t most_bytes) {
  std::string text;
  for (const size_t limit : kTextLimits) {
    for (int rank = LargestRank(sections); rank >= 0; --rank) {
      text = Render(sections, {rank, limit});
      if (text.size() <= most_bytes) return text;
    }
  }
  return Front(text, most_bytes - std::string(kCut).size()) + kCut;
}

}  // namespace plumbline::report
