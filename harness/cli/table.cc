#include "harness/cli/table.h"

#include <algorithm>

#include "harness/base/columns.h"

namespace plumbline::cli {
namespace {

size_t WidthOf(const std::string& text) { return static_cast<size_t>(DisplayWidth(text)); }

std::vector<size_t> ColumnWidths(const std::vector<TableRow>& rows) {
  std::vector<size_t> widths;
  for (const TableRow& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  return widths;
}

}  // namespace

std::string AlignedTable(const std::vector<TableRow>& rows, int indent) {
  const std::vector<size_t> widths = ColumnWidths(rows);
  std::string text;
  for (const TableRow& row : rows) {
    std::string line(static_cast<size_t>(indent), ' ');
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - WidthOf(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace plumbline::cli
