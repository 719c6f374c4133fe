// The three columns as text, JSON and HTML.
#include <algorithm>
#include <array>
#include <sstream>

#include "harness/audit/output.h"
#include "harness/base/columns.h"

namespace plumbline::audit {
namespace {

// Columns of a terminal: quantity, declared, observed, claimed; two spaces between them.
constexpr std::array<size_t, 4> kWidths = {22, 26, 24, 24};
constexpr size_t kMostCellBytes = 100;  // of a quoted sentence

struct Words {
  const char* heading;
  const char* declared;
  const char* observed;
  const char* claimed;
  const char* claim_refuted;
  const char* setting_refuted;
  const char* agrees;
};

constexpr Words kEnglish = {"DECLARED, OBSERVED, CLAIMED", "declared", "observed", "claimed",
                            "REFUTED", "not in force", "agrees"};
constexpr Words kKorean = {"선언 · 관측 · 주장", "선언(설정 층)", "관측(기록)", "주장(글)",
                           "반증됨", "적용되지 않음", "일치"};

const Words& WordsOf(Language language) {
  return language == Language::kKorean ? kKorean : kEnglish;
}

// A quoted sentence without the marks of lists, quotes and code around it.
std::string Bare(const std::string& text) {
  const size_t key = text.find("': '");  // 'observation': 'the sentence'
  const size_t from = key == std::string::npos ? 0 : key + 4;
  const size_t begin = text.find_first_not_of(" -*'\"[|,:", from);
  const size_t end = text.find_last_not_of(" '\"]|,:");
  return begin == std::string::npos ? text : text.substr(begin, end + 1 - begin);
}

std::string TextOf(const Operand& operand, Language language) {
  const bool korean = language == Language::kKorean && !operand.korean.empty();
  const std::string text = Bare(korean ? operand.korean : operand.value);
  if (text.size() <= kMostCellBytes) return text;
  size_t end = kMostCellBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string TitleOf(const ComparedRow& row, Language language) {
  return row.title.Empty() ? row.id : Render(row.title, {}, language);
}

std::string Mark(const ComparedCell& cell, bool declared, const Words& words) {
  if (cell.judgement == Judgement::kOpen) return "";
  if (cell.judgement == Judgement::kAgrees) return words.agrees;
  return declared ? words.setting_refuted : words.claim_refuted;
}

// One line a cell: "command line: 10 x 1 = 10 (agrees)".
std::vector<std::string> Lines(const std::vector<ComparedCell>& cells, bool declared,
                               Language language) {
  std::vector<std::string> lines;
  for (const ComparedCell& cell : cells) {
    std::string line = declared ? LayerWord(cell.layer, language) + ": " : "";
    line += TextOf(cell.text, language);
    const std::string mark = Mark(cell, declared, WordsOf(language));
    if (!mark.empty()) line += declared ? " (" + mark + ")" : ": " + mark;
    lines.push_back(line);
  }
  return lines;
}

size_t WidthOf(const std::string& text) { return static_cast<size_t>(DisplayWidth(text)); }

// Cuts at spaces; a word wider than the column keeps its length.
void Wrap(const std::string& text, size_t width, std::vector<std::string>& lines) {
  std::string line;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!line.empty() && WidthOf(line) + 1 + WidthOf(word) > width) {
      lines.push_back(line);
      line = "  ";
    }
    line += (line.empty() || line == "  " ? "" : " ") + word;
  }
  lines.push_back(line);
}

std::vector<std::string> Wrapped(const std::vector<std::string>& cells, size_t width) {
  std::vector<std::string> lines;
  for (const std::string& cell : cells) Wrap(cell, width, lines);
  return lines;
}

void WriteColumns(const std::array<std::vector<std::string>, 4>& columns, std::ostream& out) {
  size_t height = 0;
  for (const auto& column : columns) height = std::max(height, column.size());
  for (size_t i = 0; i < height; ++i) {
    std::string line = "   ";
    size_t wanted = 4;
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::string cell = i < columns[c].size() ? columns[c][i] : "";
      if (!cell.empty()) {
        const size_t width = WidthOf(line);
        line.append(wanted > width ? wanted - width : 1, ' ');
        line += cell;
      }
      wanted += kWidths[c] + 2;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

Json CellToJson(const ComparedCell& cell, bool declared, Language language) {
  Json json = {{"text", TextOf(cell.text, language)}, {"judgement", JudgementWord(cell.judgement)}};
  if (declared) json["layer"] = LayerName(cell.layer);
  if (!cell.place.file.empty()) json["file"] = cell.place.file;
  if (!cell.place.key.empty()) json["key"] = cell.place.key;
  if (cell.place.line > 0) json["line"] = cell.place.line;
  return json;
}

Json CellsToJson(const std::vector<ComparedCell>& cells, bool declared, Language language) {
  Json json = Json::array();
  for (const ComparedCell& cell : cells) json.push_back(CellToJson(cell, declared, language));
  return json;
}

void WriteCells(const std::vector<ComparedCell>& cells, bool declared, const std::string& label,
                Language language, std::ostream& out) {
  out << "<td data-label=\"" << EscapedHtml(label) << "\">";
  for (const ComparedCell& cell : cells) {
    out << "<div class=\"" << JudgementWord(cell.judgement) << "\">";
    if (declared) out << "<small>" << EscapedHtml(LayerWord(cell.layer, language)) << "</small> ";
    out << EscapedHtml(TextOf(cell.text, language));
    const std::string mark = Mark(cell, declared, WordsOf(language));
    if (!mark.empty()) out << " <b>" << EscapedHtml(mark) << "</b>";
    out << "</div>";
  }
  out << "</td>";
}

}  // namespace

std::string LayerWord(Layer layer, Language language) {
  if (language == Language::kEnglish) return LayerName(layer);
  switch (layer) {
    case Layer::kFile:
      return "파일";
    case Layer::kLauncher:
      return "런처";
    case Layer::kCommandLine:
      return "명령행";
    case Layer::kResolved:
      return "확정";
    case Layer::kClaimed:
      return "주장";
    case Layer::kProposed:
      return "제안";
  }
  return "";
}

Json ComparisonToJson(const std::vector<ComparedRow>& rows, Language language) {
  Json json = Json::array();
  for (const ComparedRow& row : rows) {
    Json one = {{"quantity", row.id},
                {"title", TitleOf(row, language)},
                {"declared", CellsToJson(row.declared, true, language)},
                {"observed", nullptr},
                {"claimed", CellsToJson(row.claimed, false, language)},
                {"formula", language == Language::kKorean ? KoreanWords(row.formula) : row.formula}};
    if (!row.observed.empty()) one["observed"] = CellToJson(row.observed[0], false, language);
    json.push_back(std::move(one));
  }
  return json;
}

std::string ComparisonToText(const std::vector<ComparedRow>& rows, Language language) {
  if (rows.empty()) return "";
  const Words& words = WordsOf(language);
  std::ostringstream out;
  out << "  " << words.heading << "\n";
  WriteColumns({std::vector<std::string>{""}, {words.declared}, {words.observed}, {words.claimed}},
               out);
  for (const ComparedRow& row : rows) {
    WriteColumns({Wrapped({TitleOf(row, language)}, kWidths[0]),
                  Wrapped(Lines(row.declared, true, language), kWidths[1]),
                  Wrapped(Lines(row.observed, false, language), kWidths[2]),
                  Wrapped(Lines(row.claimed, false, language), kWidths[3])},
                 out);
  }
  return out.str();
}

std::string ComparisonToHtml(const std::vector<ComparedRow>& rows, Language language) {
  if (rows.empty()) return "";
  const Words& words = WordsOf(language);
  std::ostringstream out;
  out << "<h3>" << EscapedHtml(words.heading) << "</h3>\n<table><thead><tr><th></th><th>"
      << EscapedHtml(words.declared) << "</th><th>" << EscapedHtml(words.observed) << "</th><th>"
      << EscapedHtml(words.claimed) << "</th></tr></thead><tbody>\n";
  for (const ComparedRow& row : rows) {
    out << "<tr><th scope=\"row\">" << EscapedHtml(TitleOf(row, language)) << "</th>";
    WriteCells(row.declared, true, words.declared, language, out);
    WriteCells(row.observed, false, words.observed, language, out);
    WriteCells(row.claimed, false, words.claimed, language, out);
    out << "</tr>\n";
  }
  out << "</tbody></table>\n";
  return out.str();
}

}  // namespace plumbline::audit
