#include "harness/cli/bench_programs.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/number.h"

namespace plumbline::cli {
namespace {

// Runs `words` with stdout on /dev/null; the exit status, or 128 + signal.
int RunQuietly(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int started = ::posix_spawn(&child, words.front().c_str(), &actions, nullptr,
                                    arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (started != 0) {
    Fail(ErrorKind::kEnvironment, "starting " + Quoted(words.front()), std::strerror(started),
         "a program that can be run", "bazel build //tests/perf:programs");
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::filesystem::path FindSpeedProgram(const std::string& name) {
  std::error_code ignored;
  const std::filesystem::path here =
      std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<std::filesystem::path> directories = {here, here / "../../tests/perf"};
  const char* named = std::getenv("PLUMBLINE_PERF_PROGRAMS");
  if (named != nullptr && *named != '\0') directories = {named};
  for (const std::filesystem::path& directory : directories) {
    if (std::filesystem::exists(directory / name)) return directory / name;
  }
  Fail(ErrorKind::kEnvironment, "finding the speed program " + Quoted(name), "none in this build",
       "the programs of tests/perf",
       "bazel build //tests/perf:programs, or PLUMBLINE_PERF_PROGRAMS=DIR");
}

std::vector<measure::BenchmarkSeries> RunSpeedProgram(const std::string& name,
                                                      const BenchRun& run) {
  const std::filesystem::path out = run.directory / (name + ".json");
  std::vector<std::string> words = {
      FindSpeedProgram(name).string(), "--benchmark_out=" + out.string(),
      "--benchmark_out_format=json", "--benchmark_min_time=" + ShortestDecimal(run.least_s),
      "--benchmark_repetitions=" + std::to_string(run.repetitions)};
  words.insert(words.end(), run.arguments.begin(), run.arguments.end());
  const int status = RunQuietly(words);
  if (status != 0) {
    Fail(ErrorKind::kEnvironment, "running the speed program " + Quoted(name),
         "exit status " + std::to_string(status), "a complete measurement",
         "what it says above; PLUMBLINE_PERF_PROGRAMS names other programs");
  }
  return measure::ReadBenchmarks(ReadJsonFile(out), Quoted(name));
}

}  // namespace plumbline::cli
