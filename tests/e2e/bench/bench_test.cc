// The verb bench as a person meets it: words in, rates of the right inputs out. No figure is judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/measure/inputs.h"
#include "tests/testing/command.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

std::string engine;

using Outcome = testing::ProgramOutcome;

class Bench : public ::testing::Test {
 protected:
  // bench with the shortest measurement there is.
  Outcome Run(const std::string& words) {
    return testing::RunProgram(engine +
                                   " bench --rows 3 --source-length 4:6 --target-length 3"
                                   " --batch-size 2 --beams 2 --repetitions 2 --min-time 0.001"
                                   " --threads 1 " +
                                   words,
                               directory_.path());
  }
  std::string Path(const std::string& name) const { return (directory_ / name).string(); }

  testing::TemporaryDirectory directory_;
};

std::set<std::string> NamesOf(const Json& json) {
  std::set<std::string> names;
  for (const Json& one : json["benchmarks"]) names.insert(one["name"].get<std::string>());
  return names;
}

TEST_F(Bench, APresetIsMeasuredInAllPartsBesideTheMachinesLimits) {
  const Outcome outcome = Run("--model kobart-tiny --json --write-inputs " + Path("in.jsonl"));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = ParseJson(outcome.out, "stdout");
  EXPECT_EQ(NamesOf(json),
            (std::set<std::string>{"train", "generate/greedy", "generate/beam2", "rouge/ascii",
                                   "rouge/unicode", "rouge/particle", "rouge/syllable",
                                   "tokenizer/encode", "tokenizer/decode"}));
  for (const char* limit : {"sgemm_gflop_per_s", "read_gb_per_s"}) {
    ASSERT_EQ(json["machine"][limit].size(), 2u);
    EXPECT_GT(json["machine"][limit][0].get<double>(), 0);
  }
  for (const Json& one : json["benchmarks"]) {
    EXPECT_EQ(one["seconds_a_pass"].size(), 2u) << one["name"];
    EXPECT_EQ(one["rates"]["samples_per_s"].size(), 2u) << one["name"];
  }
  EXPECT_EQ(json["subject"]["random_weights"], false);
  const auto rows = measure::ReadInputs(Path("in.jsonl"), 4000);
  ASSERT_EQ(rows.size(), 3u);
  for (const data::TokenizedRow& row : rows) EXPECT_EQ(row.labels.size(), 3u);
}

TEST_F(Bench, ShapeAloneIsEnoughAndInputsCanBeHandedBack) {
  const std::string config = Path("shape.json");
  WriteFileAtomic(config, ReadFile("models/kobart_tiny/config.json"));
  const Outcome first = Run("--model " + config + " --only generation --json --write-inputs " +
                            Path("a.jsonl"));
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(ParseJson(first.out, "stdout")["subject"]["random_weights"], true);
  EXPECT_EQ(NamesOf(ParseJson(first.out, "stdout")),
            (std::set<std::string>{"generate/greedy", "generate/beam2"}));
  const Outcome second = Run("--model " + config + " --only generation --new-tokens 2 --inputs " +
                             Path("a.jsonl") + " --write-inputs " + Path("b.jsonl"));
  ASSERT_EQ(second.status, 0) << second.err;
  EXPECT_EQ(ReadFile(Path("a.jsonl")), ReadFile(Path("b.jsonl")));
  EXPECT_THAT(second.out, HasSubstr("generate/beam2"));
  EXPECT_THAT(second.out, HasSubstr("sgemm_gflop_per_s"));
}

TEST_F(Bench, WrongWordsAreRefusedByName) {
  for (const char* words : {"--only trainig", "--batch-size 0", "--source-length 9:3",
                            "--min-time -1", "--model no-such-preset"}) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.status, 2) << words;
    EXPECT_TRUE(outcome.out.empty()) << words;
  }
  EXPECT_THAT(Run("--only trainig").err, HasSubstr("--only"));
  EXPECT_THAT(Run("--model no-such-preset").err, HasSubstr("kobart-tiny"));
}

TEST_F(Bench, AMissingProgramIsNamedWithTheCommandThatBuildsIt) {
  ::setenv("PLUMBLINE_PERF_PROGRAMS", Path("nowhere").c_str(), 1);
  const Outcome outcome = Run("--only rouge");
  ::unsetenv("PLUMBLINE_PERF_PROGRAMS");
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.err, HasSubstr("bazel build //tests/perf:programs"));
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  plumbline::engine = argv[1];
  return RUN_ALL_TESTS();
}
