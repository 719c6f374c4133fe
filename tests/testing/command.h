// Shell commands of end-to-end tests, their output kept.
#ifndef PLUMBLINE_TESTS_TESTING_COMMAND_H_
#define PLUMBLINE_TESTS_TESTING_COMMAND_H_

#include <filesystem>
#include <string>

namespace plumbline::testing {

struct CommandOutcome {
  int status = 0;  // exit status; 128 + the signal that ended the shell
  std::string output;
};

// Runs `command` with /bin/sh and keeps its standard output.
CommandOutcome RunCommand(const std::string& command);

// A program as a person meets it: exit status (as above), standard output, standard error.
struct ProgramOutcome {
  int status = 0;
  std::string out;
  std::string err;
};

// Runs `command` with /bin/sh; its standard error goes through the file `stderr` of `directory`.
ProgramOutcome RunProgram(const std::string& command, const std::filesystem::path& directory);

// What starts the processes of one world, the number and the program to follow: kMpirun + "2 engine run ...".
inline const std::string kMpirun =
    "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TMPDIR=/tmp mpirun --oversubscribe -np ";

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_TESTING_COMMAND_H_
