#include "harness/measure/benchmark_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "harness/base/error.h"

namespace plumbline::measure {
namespace {

// Numbers of a run that are no counters of the program's own.
const std::set<std::string>& LibraryFields() {
  static const std::set<std::string> fields = {
      "family_index",     "per_family_instance_index", "repetitions", "repetition_index",
      "threads",          "iterations",                "real_time",   "cpu_time",
      "items_per_second", "bytes_per_second"};
  return fields;
}

double SecondsOf(const std::string& unit, const std::string& where) {
  static const std::map<std::string, double> units = {
      {"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}};
  const auto found = units.find(unit);
  if (found != units.end()) return found->second;
  Fail(ErrorKind::kData, where, "the time unit " + Quoted(unit), "ns, us, ms or s",
       "running the program again");
}

// "train/real_time" -> "train"
std::string Bare(const std::string& name) {
  static constexpr std::array<const char*, 5> kSuffixes = {"/real_time", "/process_time",
                                                           "/manual_time", "/iterations:",
                                                           "/min_time:"};
  std::string bare = name;
  for (const char* suffix : kSuffixes) bare = bare.substr(0, bare.find(suffix));
  return bare;
}

double Finite(const Json& value, const std::string& where) {
  if (value.is_number() && std::isfinite(value.get<double>())) return value.get<double>();
  Fail(ErrorKind::kData, where, value.dump(), "a finite number", "running the program again");
}

BenchmarkSeries& SeriesNamed(const std::string& name, std::vector<BenchmarkSeries>& all) {
  const auto found = std::ranges::find(all, name, &BenchmarkSeries::name);
  if (found != all.end()) return *found;
  all.push_back({name, {}, {}});
  return all.back();
}

void AddRun(const Json& run, const std::string& where, std::vector<BenchmarkSeries>& all) {
  if (run.value("run_type", "iteration") != "iteration") return;
  const std::string name = run.at("name").get<std::string>();
  const std::string place = where + ", " + Quoted(name);
  if (run.value("error_occurred", false)) {
    Fail(ErrorKind::kData, place, run.value("error_message", "an error"), "a measurement",
         "running the program alone");
  }
  BenchmarkSeries& series = SeriesNamed(Bare(name), all);
  series.seconds.push_back(Finite(run.at("real_time"), place) *
                           SecondsOf(run.at("time_unit").get<std::string>(), place));
  for (const auto& [field, value] : run.items()) {
    if (value.is_number() && !LibraryFields().contains(field))
      series.counters[field].push_back(Finite(value, place + ", " + field));
  }
}

}  // namespace

std::vector<BenchmarkSeries> ReadBenchmarks(const Json& document, const std::string& where) {
  std::vector<BenchmarkSeries> all;
  try {
    for (const Json& run : document.at("benchmarks")) AddRun(run, where, all);
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kData, where, error.what(), "what --benchmark_out writes",
         "running the program again");
  }
  if (all.empty()) {
    Fail(ErrorKind::kData, where, "no benchmark", "at least one", "another filter");
  }
  return all;
}

}  // namespace plumbline::measure
