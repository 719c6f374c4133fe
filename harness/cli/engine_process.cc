#include "harness/cli/engine_process.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "harness/base/error.h"
#include "harness/base/project.h"

namespace plumbline::cli {

std::filesystem::path EnginePath() {
  const char* named = std::getenv("PLUMBLINE_ENGINE");
  if (named != nullptr && *named != '\0') return named;
  return FindProgram("plumbline-engine", "harness/cli/plumbline-engine");
}

void BecomeEngine(char** argv) {
  const std::string engine = EnginePath().string();
  ::execv(engine.c_str(), argv);
  Fail(ErrorKind::kEnvironment, "starting " + Quoted(engine), std::strerror(errno),
       "a program that can be run",
       "bazel build //harness/cli:all_programs, or PLUMBLINE_ENGINE=FILE");
}

}  // namespace plumbline::cli
