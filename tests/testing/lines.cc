#include "tests/testing/lines.h"

#include <sstream>

#include "harness/base/file.h"

namespace plumbline::testing {

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string FirstLines(const std::string& text, int count) {
  std::istringstream lines(text);
  std::string line, first;
  for (int i = 0; i < count && std::getline(lines, line); ++i) first += line + "\n";
  return first;
}

std::vector<Json> JsonLines(const std::filesystem::path& path) {
  std::vector<Json> rows;
  for (const std::string& line : LinesOf(ReadFile(path))) rows.push_back(ParseJson(line, path.string()));
  return rows;
}

}  // namespace plumbline::testing
