#include "reports/escape.h"

#include <cstdint>
#include <cstdio>

#include "harness/base/utf8.h"

namespace plumbline::report {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Characters that draw nothing or turn what follows around: soft hyphen, Arabic letter mark,
// zero-width and bidi controls, line separators, invisible operators, byte-order mark, annotation,
// tags; private noncharacters.
constexpr Range kInvisible[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
                                {0x61C, 0x61C},   {0x180E, 0x180E}, {0x200B, 0x200F},
                                {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF},
                                {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE007F}};

bool IsInvisible(char32_t code) {
  for (const Range& range : kInvisible) {
    if (range.first <= code && code <= range.last) return true;
  }
  return false;
}

std::string Named(const char* format, uint32_t code) {
  char text[16];
  std::snprintf(text, sizeof text, format, code);
  return text;
}

std::string Shown(char32_t code, std::string_view bytes) {
  if (code == '\n' || code == '\r' || code == '\t') return " ";
  return IsInvisible(code) ? Named("[U+%04X]", static_cast<uint32_t>(code)) : std::string(bytes);
}

bool IsWordCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string Visible(std::string_view text, size_t most) {
  std::string visible;
  size_t position = 0;
  for (size_t shown = 0; position < text.size(); ++shown) {
    if (shown == most) {
      return visible + "... (" + std::to_string(text.size() - position) + " more bytes)";
    }
    const CodePoint point = CodePointAt(text, position);
    const size_t length = point.num_bytes == 0 ? 1 : point.num_bytes;
    visible += point.num_bytes == 0 ? Named("[0x%02X]", static_cast<unsigned char>(text[position]))
                                    : Shown(point.value, text.substr(position, length));
    position += length;
  }
  return visible;
}

std::string HtmlEscaped(std::string_view text, size_t most) {
  std::string escaped;
  for (const char c : Visible(text, most)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string MarkdownEscaped(std::string_view text, size_t most) {
  constexpr std::string_view kMarkup = "\\`*_[]|~$";
  const std::string visible = Visible(text, most);
  std::string escaped;
  for (size_t i = 0; i < visible.size(); ++i) {
    const char c = visible[i];
    const bool before_word = i + 1 < visible.size() && IsWordCharacter(visible[i + 1]);
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (kMarkup.find(c) != std::string_view::npos)
      escaped += std::string("\\") + c;
    else
      escaped += c;
    // An empty comment parts what would become a mention, an issue or a link.
    const bool link = visible.substr(i, 3) == "://";
    if (((c == '@' || c == '#') && before_word) || link) escaped += "<!-- -->";
  }
  return escaped;
}

std::string MarkdownCode(std::string_view text, size_t most) {
  const std::string visible = Visible(text, most);
  if (visible.empty()) return "";
  // A code span shows markup as it is typed; entities leave none for a careless renderer to obey.
  if (visible.find_first_of("<&") != std::string::npos)
    return "<code>" + MarkdownEscaped(text, most) + "</code>";
  std::string code;
  for (const char c : visible) {
    if (c == '`') {
      code += '\'';
    } else if (c == '|') {
      code += "\\|";
    } else {
      code += c;
    }
  }
  return "`" + code + "`";
}

std::string AnchorOf(std::string_view id) {
  std::string anchor;
  for (const char c : Visible(id, 200)) anchor += c == ' ' ? '_' : c;
  return anchor;
}

}  // namespace plumbline::report
