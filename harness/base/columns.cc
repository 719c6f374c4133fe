#include "harness/base/columns.h"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "harness/base/utf8.h"

namespace plumbline {
namespace {

constexpr std::string_view kDots = "...";

// Vowel and final Jamo are drawn into the syllable that the leading one began.
int ColumnsOf(char32_t code) {
  const bool joins = (code >= 0x1160 && code <= 0x11FF) || (code >= 0xD7B0 && code <= 0xD7FF);
  return joins ? 0 : ::utf8proc_charwidth(static_cast<utf8proc_int32_t>(code));
}

struct Glyph {
  std::string bytes;
  int columns = 1;
};

std::vector<Glyph> Glyphs(std::string_view text) {
  std::vector<Glyph> glyphs;
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text, i);
    const char32_t code = point.value;
    const bool broken = point.num_bytes == 0;
    const bool control = !broken && (code < 0x20 || (code >= 0x7F && code < 0xA0));
    if (broken || control) {
      glyphs.push_back({broken ? "?" : " ", 1});
    } else {
      glyphs.push_back({std::string(text.substr(i, point.num_bytes)), ColumnsOf(code)});
    }
    i += broken ? 1 : point.num_bytes;
  }
  return glyphs;
}

int WidthOf(const std::vector<Glyph>& glyphs) {
  int columns = 0;
  for (const Glyph& glyph : glyphs) columns += glyph.columns;
  return columns;
}

std::string Front(const std::vector<Glyph>& glyphs, int columns) {
  std::string front;
  for (const Glyph& glyph : glyphs) {
    columns -= glyph.columns;
    if (columns < 0) break;
    front += glyph.bytes;
  }
  return front;
}

}  // namespace

int DisplayWidth(std::string_view text) { return WidthOf(Glyphs(text)); }

std::string OnOneLine(std::string_view text) {
  std::string line;
  for (const Glyph& glyph : Glyphs(text)) line += glyph.bytes;
  return line;
}

std::string CutColumns(std::string_view text, int columns) { return Front(Glyphs(text), columns); }

std::string FitColumns(std::string_view text, int columns) {
  const std::vector<Glyph> glyphs = Glyphs(text);
  if (WidthOf(glyphs) <= columns) return Front(glyphs, columns);
  return Front(glyphs, std::max(0, columns - static_cast<int>(kDots.size()))) + std::string(kDots);
}

std::string FitColumnsEnd(std::string_view text, int columns) {
  std::vector<Glyph> glyphs = Glyphs(text);
  int width = WidthOf(glyphs);
  if (width <= columns) return Front(glyphs, columns);
  size_t first = 0;
  const int room = std::max(0, columns - static_cast<int>(kDots.size()));
  while (width > room) width -= glyphs[first++].columns;
  std::string end(kDots);
  for (size_t i = first; i < glyphs.size(); ++i) end += glyphs[i].bytes;
  return end;
}

}  // namespace plumbline
