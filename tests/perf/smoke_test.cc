// The smoke twin of each speed program: it runs, its JSON reads back, and its rates are those of
// the inputs it was given. No figure is judged.
#include <gtest/gtest.h>

#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/measure/benchmark_json.h"
#include "harness/measure/inputs.h"
#include "tests/testing/command.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::measure {
namespace {

std::string program;
std::string name;

constexpr int kRepetitions = 2;
constexpr int64_t kNewTokens = 4;
constexpr int64_t kVocabulary = 4000;  // of models/kobart_tiny

struct Smoke : ::testing::Test {
  // The series of the program on `rows`.
  std::vector<BenchmarkSeries> Run(const std::vector<data::TokenizedRow>& rows) {
    WriteInputs(directory_ / "inputs.jsonl", rows);
    const std::string out = (directory_ / "out.json").string();
    const std::string command =
        program + " --benchmark_out=" + out + " --benchmark_out_format=json" +
        " --benchmark_min_time=0.001 --benchmark_repetitions=" + std::to_string(kRepetitions) +
        " --model=models/kobart_tiny --inputs=" + (directory_ / "inputs.jsonl").string() +
        " --batch-size=2 --beams=2 --new-tokens=" + std::to_string(kNewTokens) +
        " --threads=1 " + format_;
    outcome_ = testing::RunProgram(command, directory_.path());
    EXPECT_EQ(outcome_.status, 0) << command << "\n" << outcome_.err;
    return ReadBenchmarks(ReadJsonFile(out), out);
  }

  bool HasSaid(const std::string& words) const {
    return outcome_.err.find(words) != std::string::npos;
  }

  testing::TemporaryDirectory directory_;
  std::string format_;  // of what is printed
  testing::ProgramOutcome outcome_;
};

std::vector<data::TokenizedRow> SmallRows() {
  InputOptions options;
  options.rows = 5;
  options.source = {3, 9};
  options.target = {2, 4};
  options.vocab_size = kVocabulary;
  options.reserved = {0, 1, 2, 3, 4};
  options.end_id = 1;
  return MakeInputs(options);
}

std::vector<std::string> Wanted() {
  if (name == "train_step_perf") return {"train"};
  if (name == "generate_perf") return {"generate/greedy", "generate/beam2"};
  if (name == "rouge_perf")
    return {"rouge/ascii", "rouge/unicode", "rouge/particle", "rouge/syllable"};
  return {"tokenizer/encode", "tokenizer/decode"};
}

// How much one pass over the inputs holds: rate x seconds of a pass.
void ExpectAmount(const BenchmarkSeries& series, const std::string& rate, double amount) {
  ASSERT_TRUE(series.counters.contains(rate)) << rate;
  for (size_t i = 0; i < series.seconds.size(); ++i)
    EXPECT_NEAR(series.counters.at(rate)[i] * series.seconds[i], amount, 0.01 * amount) << rate;
}

TEST_F(Smoke, EveryBenchmarkReportsEachRepetition) {
  const std::vector<BenchmarkSeries> all = Run(SmallRows());
  std::vector<std::string> names;
  for (const BenchmarkSeries& series : all) names.push_back(series.name);
  EXPECT_EQ(names, Wanted());
  for (const BenchmarkSeries& series : all) {
    EXPECT_EQ(series.seconds.size(), static_cast<size_t>(kRepetitions)) << series.name;
    for (const double seconds : series.seconds) EXPECT_GT(seconds, 0) << series.name;
    EXPECT_TRUE(series.counters.contains("samples_per_s")) << series.name;
  }
}

TEST_F(Smoke, RatesAreThoseOfTheInputs) {
  const std::vector<data::TokenizedRow> rows = SmallRows();
  double tokens = 0;
  for (const data::TokenizedRow& row : rows)
    tokens += static_cast<double>(row.input_ids.size() + row.labels.size());
  for (const BenchmarkSeries& series : Run(rows)) {
    if (series.name == "train") {
      ExpectAmount(series, "samples_per_s", 5);
      ExpectAmount(series, "tokens_per_s", tokens);
      ExpectAmount(series, "steps_per_s", 3);
    } else if (series.name.starts_with("generate/")) {
      ExpectAmount(series, "samples_per_s", 5);
      ExpectAmount(series, "tokens_per_s", 5 * kNewTokens);
    } else {
      ExpectAmount(series, "samples_per_s", 64);  // the program's own texts
    }
  }
}

// Debian's Google Benchmark calls itself a debug build, which says nothing of what is timed.
TEST_F(Smoke, TheTimingsAreNotCalledAffectedByThePackagesBuild) {
  Run(SmallRows());
  const Json context = ReadJsonFile(directory_ / "out.json").at("context");
  const bool is_debug = context.at("library_build_type") == "debug";
  EXPECT_FALSE(HasSaid("WARNING*** Library"));
  EXPECT_EQ(HasSaid("note: the packaged Google Benchmark has its assertions on"), is_debug);
  EXPECT_TRUE(HasSaid("Run on (")) << "the rest of the context stays";
}

// A reporter of our own had overridden --benchmark_format: the race scripts read nothing.
TEST_F(Smoke, TheFormatAskedForIsPrinted) {
  Run(SmallRows());
  EXPECT_NE(outcome_.out, "");
  EXPECT_FALSE(outcome_.out.starts_with("{"));
  format_ = "--benchmark_format=json";
  Run(SmallRows());
  EXPECT_FALSE(ReadBenchmarks(ParseJson(outcome_.out, "what is printed"), "what is printed").empty());
}

TEST_F(Smoke, AWordThatIsNoFlagIsRefused) {
  const testing::ProgramOutcome refused = testing::RunProgram(program + " batch-size=2", directory_.path());
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("'batch-size=2'"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace plumbline::measure

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 3) return 2;
  plumbline::measure::program = argv[1];
  plumbline::measure::name = argv[2];
  return RUN_ALL_TESTS();
}
