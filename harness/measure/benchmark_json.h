// What a Google Benchmark program wrote with --benchmark_out, read back: raw values of every
// repetition. Called by the verb `bench` and by the smoke twins of tests/perf.
#ifndef PLUMBLINE_HARNESS_MEASURE_BENCHMARK_JSON_H_
#define PLUMBLINE_HARNESS_MEASURE_BENCHMARK_JSON_H_

#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::measure {

// One benchmark: seconds of one iteration and its counters (rates a second), one value a
// repetition, in order.
struct BenchmarkSeries {
  std::string name;  // without the library's suffixes ("/real_time", "/iterations:1", ...)
  std::vector<double> seconds;
  std::map<std::string, std::vector<double>> counters;
};

// Series in the order of the file; aggregates (mean, median, ...) are left out. `where` names the
// source in errors. Errors: kData for a document that no such program writes, a benchmark that
// reports an error, a value that is not finite, a series without repetitions.
std::vector<BenchmarkSeries> ReadBenchmarks(const Json& document, const std::string& where);

}  // namespace plumbline::measure

#endif  // PLUMBLINE_HARNESS_MEASURE_BENCHMARK_JSON_H_
