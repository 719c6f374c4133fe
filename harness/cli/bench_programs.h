// The speed programs of tests/perf as processes: found beside this build, run quietly, their JSON
// read back. Used by the verb `bench` alone.
#ifndef PLUMBLINE_HARNESS_CLI_BENCH_PROGRAMS_H_
#define PLUMBLINE_HARNESS_CLI_BENCH_PROGRAMS_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/measure/benchmark_json.h"

namespace plumbline::cli {

struct BenchRun {
  int64_t repetitions = 3;
  double least_s = 0.5;                // each repetition takes at least so long
  std::filesystem::path directory;     // for the programs' files
  std::vector<std::string> arguments;  // "--model=...", handed to each program
};

// PLUMBLINE_PERF_PROGRAMS/NAME when that is set, else beside this program, else tests/perf of its
// build. Errors:
// kEnvironment naming the build command.
std::filesystem::path FindSpeedProgram(const std::string& name);

// Runs it with its standard output thrown away. Errors: kEnvironment when it cannot be started or
// fails (what it said is on stderr), kData when its JSON cannot be read.
std::vector<measure::BenchmarkSeries> RunSpeedProgram(const std::string& name,
                                                      const BenchRun& run);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_BENCH_PROGRAMS_H_
