// Texts and files by their lines.
#ifndef PLUMBLINE_TESTS_TESTING_LINES_H_
#define PLUMBLINE_TESTS_TESTING_LINES_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::testing {

// The lines of a text, without their ends.
std::vector<std::string> LinesOf(const std::string& text);

// The first `count` lines of a text.
std::string FirstLines(const std::string& text, int count);

// The rows of a JSON lines file.
std::vector<Json> JsonLines(const std::filesystem::path& path);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_TESTING_LINES_H_
