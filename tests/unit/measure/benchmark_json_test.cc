#include "harness/measure/benchmark_json.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::measure {
namespace {

// As Google Benchmark 1.7.1 writes two repetitions and their mean.
Json Document() {
  const Json run = {{"name", "train/real_time"}, {"run_name", "train/real_time"},
                    {"run_type", "iteration"},   {"repetitions", 2},
                    {"repetition_index", 0},     {"threads", 1},
                    {"iterations", 3},           {"real_time", 250.0},
                    {"cpu_time", 200.0},         {"time_unit", "ms"},
                    {"samples_per_s", 32.0}};
  Json second = run;
  second["repetition_index"] = 1;
  second["real_time"] = 500.0;
  second["samples_per_s"] = 16.0;
  Json mean = run;
  mean["name"] = "train/real_time_mean";
  mean["run_type"] = "aggregate";
  return {{"context", Json::object()}, {"benchmarks", {run, second, mean}}};
}

TEST(BenchmarkJson, EveryRepetitionIsKeptAndAggregatesAreNot) {
  const std::vector<BenchmarkSeries> all = ReadBenchmarks(Document(), "t");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "train");
  EXPECT_EQ(all[0].seconds, (std::vector<double>{0.25, 0.5}));
  EXPECT_EQ(all[0].counters.size(), 1u);
  EXPECT_EQ(all[0].counters.at("samples_per_s"), (std::vector<double>{32, 16}));
}

TEST(BenchmarkJson, AnErrorOfTheProgramIsAnErrorHere) {
  Json document = Document();
  document["benchmarks"][1]["error_occurred"] = true;
  document["benchmarks"][1]["error_message"] = "no model";
  EXPECT_ERROR(ReadBenchmarks(document, "t"), ErrorKind::kData, "no model");
}

TEST(BenchmarkJson, WhatNoProgramWritesIsRefused) {
  EXPECT_ERROR(ReadBenchmarks(Json::object(), "t"), ErrorKind::kData, "benchmarks");
  EXPECT_ERROR(ReadBenchmarks({{"benchmarks", Json::array()}}, "t"), ErrorKind::kData,
               "no benchmark");
  Json document = Document();
  document["benchmarks"][0]["real_time"] = "NaN";
  EXPECT_ERROR(ReadBenchmarks(document, "t"), ErrorKind::kData, "finite");
  document = Document();
  document["benchmarks"][0]["time_unit"] = "weeks";
  EXPECT_ERROR(ReadBenchmarks(document, "t"), ErrorKind::kData, "weeks");
}

}  // namespace
}  // namespace plumbline::measure
