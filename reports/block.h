// What a page is made of: sections of blocks, free of any surface. HTML and Markdown render the
// same blocks, so no number is computed twice. Made by section_*.cc.
#ifndef PLUMBLINE_REPORTS_BLOCK_H_
#define PLUMBLINE_REPORTS_BLOCK_H_

#include <string>
#include <variant>
#include <vector>

namespace plumbline::report {

// How a text is meant; every tone but kPlain and kMuted also has a word or a mark in the text
// itself.
enum class Tone { kPlain, kMuted, kWorse, kBetter, kWarning };

struct Text {
  std::string value;
  std::string exact = "";  // the value in full precision, where `value` is shortened
  Tone tone = Tone::kPlain;
  bool code = false;  // keys, paths, commands: typed, not spoken
  std::string page = "";  // a page beside this one that tells more, as a relative path
};

struct Paragraph {
  Text text;
  std::string id = "";
};

// Command lines, each to be typed as it stands.
struct Commands {
  std::string label;
  std::vector<std::string> lines;
};

struct Column {
  std::string title;
  bool numeric = false;
};

// The first cell of a row is its header.
struct TableRow {
  std::string id;
  std::vector<Text> cells;
};

struct Table {
  std::string id;
  std::string caption;
  std::vector<Column> columns;
  std::vector<TableRow> rows;
};

struct Point {
  double x = 0;
  double y = 0;
};

// Two series over the same axis; a side may be empty.
struct Chart {
  std::string id;
  std::string title;
  std::string unit;
  std::string x_name;
  std::vector<Point> baseline;
  std::vector<Point> candidate;
};

struct Charts {
  std::vector<Chart> charts;
};

using Content = std::variant<Paragraph, Commands, Table, Charts>;

struct Block {
  Content content;
  int rank =
      0;  // 0: on every surface, always; larger ones leave Markdown first when it is too long
  bool folded = false;  // opened by the reader
};

struct Section {
  std::string id;
  std::string title;
  std::vector<Block> blocks;
  Tone tone = Tone::kPlain;  // of the title
};

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_BLOCK_H_
