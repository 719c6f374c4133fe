// Shell commands of end-to-end tests, their output kept.
#ifndef PLUMBLINE_TESTS_TESTING_COMMAND_H_
#define PLUMBLINE_TESTS_TESTING_COMMAND_H_

#include <string>
#include <vector>

namespace plumbline::testing {

struct CommandOutcome {
  int status = 0;  // exit status; 128 + the signal that ended the shell
  std::string output;
};

// Runs `command` with /bin/sh and keeps its standard output.
CommandOutcome RunCommand(const std::string& command);

// The lines of a text, without their ends.
std::vector<std::string> LinesOf(const std::string& text);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_TESTING_COMMAND_H_
