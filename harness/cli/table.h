// Aligned columns for a terminal. Used by every verb that prints rows.
#ifndef PLUMBLINE_HARNESS_CLI_TABLE_H_
#define PLUMBLINE_HARNESS_CLI_TABLE_H_

#include <string>
#include <vector>

namespace plumbline::cli {

using TableRow = std::vector<std::string>;

// One line a row, columns left-aligned and two spaces apart, `indent` spaces in front; the last
// column is not padded. Rows may have fewer cells than others. Wide characters (Hangul) count as
// two columns.
std::string AlignedTable(const std::vector<TableRow>& rows, int indent);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_TABLE_H_
