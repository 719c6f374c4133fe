#include "tests/testing/command.h"

#include <sys/wait.h>

#include <cstdio>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace plumbline::testing {

CommandOutcome RunCommand(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  PLUMBLINE_CHECK(pipe != nullptr);
  CommandOutcome outcome;
  char buffer[4096];
  for (size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) outcome.output.append(buffer, got);
  const int status = ::pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

ProgramOutcome RunProgram(const std::string& command, const std::filesystem::path& directory) {
  const std::filesystem::path err = directory / "stderr";
  const CommandOutcome outcome = RunCommand(command + " 2>" + err.string());
  return {outcome.status, outcome.output, ReadFile(err)};
}

}  // namespace plumbline::testing
