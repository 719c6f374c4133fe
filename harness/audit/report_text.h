// A report cut into lines with their headings and fences, assignments and commands. The first pass
// of report_reader; knows nothing of training.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_TEXT_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/literal.h"

namespace plumbline::audit {

struct ReportLine {
  std::string text;   // without Markdown's marks (**, `, <br/>), trimmed
  std::string lower;  // ASCII letters lowered
  int line = 0;
  std::vector<std::string> headings;  // outer first, lowered
  std::string fence;                  // language of the code block around it; empty: prose
  bool heading = false;
  bool in_literal = false;  // part of an assignment or dict that was read as such
};

// `name = {..}` of a code block, or a dict that stands alone in a line (no name).
struct Assignment {
  std::string name;     // lowered
  std::string comment;  // the comment lines before it, lowered
  std::vector<std::string> headings;
  Literal value;
  int line = 0;
};

struct Command {
  std::string text;
  std::string around;  // headings and comments of its block, lowered
  std::string block;   // the whole block
  int line = 0;
};

struct FencedDocument {
  std::string language;
  std::string text;
  int line = 0;
};

struct ReportText {
  std::vector<ReportLine> lines;
  std::vector<Assignment> assignments;
  std::vector<Command> commands;
  std::vector<FencedDocument> documents;  // yaml and json fences
};

ReportText CutReport(std::string_view text);

std::string Lowered(std::string_view text);
// Without blanks, tabs and line ends around it.
std::string_view Trimmed(std::string_view text);
// Letters, digits and '_' of ASCII.
bool IsNameChar(char c);
bool HasAny(std::string_view lowered, std::initializer_list<std::string_view> words);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_TEXT_H_
