// Text of strangers made safe to show: HTML and Markdown, with nothing invisible left in it.
#ifndef PLUMBLINE_REPORTS_ESCAPE_H_
#define PLUMBLINE_REPORTS_ESCAPE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace plumbline::report {

// Longest text of one cell on the page; what is cut is counted. The exact text stays in
// report.json.
inline constexpr size_t kPageCharacters = 4000;

// Valid UTF-8 on one line: line ends and tabs become blanks; other control characters, bidi
// controls and invisible marks are named ("[U+202E]"), broken bytes too ("[0xFF]"). Longer texts
// are cut to `most` characters and end in
// "... (N more bytes)".
std::string Visible(std::string_view text, size_t most);

// Visible text for element content and quoted attributes.
std::string HtmlEscaped(std::string_view text, size_t most = kPageCharacters);

// Visible text for a Markdown paragraph or table cell: no markup, no mention, no issue link, no
// automatic link.
std::string MarkdownEscaped(std::string_view text, size_t most);

// Visible text as a code span, also inside a table.
std::string MarkdownCode(std::string_view text, size_t most);

// A content id as an HTML id: blanks and control characters become '_'.
std::string AnchorOf(std::string_view id);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_ESCAPE_H_
