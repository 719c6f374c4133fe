#include "harness/suite/process.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/base/error.h"

namespace plumbline::suite {

int RunProcess(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int started = ::posix_spawn(&child, words.front().c_str(), nullptr, nullptr, arguments.data(), environ);
  if (started != 0) {
    Fail(ErrorKind::kEnvironment, "starting " + Quoted(words.front()), std::strerror(started),
         "a program that can be run", "./plumbline suites, which builds it");
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace plumbline::suite
