#include "harness/check/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/base/random.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;

Acceptance Because(const std::string& reason) {
  Acceptance acceptance;
  acceptance.recorded_by = "bazel run //suites:s.accept";
  acceptance.reason = reason;
  acceptance.evidence = {std::string(64, 'e')};
  acceptance.repetition = "2 runs, bitwise equal";
  return acceptance;
}

Baseline Exact() {
  Baseline baseline = ExactOf(HonestRun());
  Append(baseline, Because("first"));
  return baseline;
}

Baseline Keyed() {
  Baseline baseline = KeyedOf(HonestRun());
  Append(baseline, Because("first"));
  return baseline;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(BaselineText, ReadsBackByteForByte) {
  for (const Baseline& baseline : {Exact(), Keyed()}) {
    const std::string text = ToText(baseline);
    EXPECT_EQ(ToText(ParseBaseline(text, "b.txt")), text);
  }
}

// Property: whatever sound rows a file holds, text -> parse -> text is the identity.
TEST(BaselineText, RandomFilesReadBackByteForByte) {
  SplitMix64 random = NamedStream(7, "baseline");
  const std::vector<std::string> texts = {"", "a b", "quote\" \\ = # [3]", "줄\n바꿈", "0x1p+0"};
  for (int file = 0; file < 50; ++file) {
    Baseline baseline = Exact();
    baseline.rows.clear();
    for (int row = 0; row < 8; ++row) {
      const auto metric_class = static_cast<MetricClass>(random.Below(6));
      Observation observation = Metric("m" + std::to_string(row) + "/x:y,z", metric_class, {});
      const uint64_t type = random.Below(metric_class == MetricClass::kD0 ? 3 : 2);
      for (uint64_t i = 0; i <= random.Below(4); ++i) {
        const double real =
            (random.Unit() - 0.5) * std::exp2(static_cast<double>(random.Below(200)) - 100);
        if (type == 0) observation.values.emplace_back(static_cast<int64_t>(random.Next()));
        if (type == 1) observation.values.emplace_back(real);
        if (type == 2) observation.values.emplace_back(texts[random.Below(texts.size())]);
      }
      baseline.rows.push_back(std::move(observation));
    }
    Append(baseline, Because(texts[random.Below(texts.size())]));
    const std::string text = ToText(baseline);
    ASSERT_EQ(ToText(ParseBaseline(text, "b.txt")), text);
  }
}

TEST(BaselineText, RowsAreReviewableLines) {
  const std::string exact = ToText(Exact());
  EXPECT_THAT(exact, HasSubstr("\nrow D0 work.optimizer_steps 1 any integer = 10\n"));
  EXPECT_THAT(exact, HasSubstr("\nrow C memory.peak_bytes 1 lower quantum 10 integer = 100\n"));
  EXPECT_THAT(
      exact,
      HasSubstr("\nrow D2 train.loss 1 lower envelope 0.001 0 0.001 0 real [3]\n  0x1.8p+1 # 3\n"));
  EXPECT_THAT(ToText(Keyed()), HasSubstr("\nnumeric cpu.isa \"avx,avx2\"\n"));
}

TEST(BaselineText, DependsOnNoOrderOfMeasuring) {
  RunRecord run = HonestRun();
  std::reverse(run.set.observations.begin(), run.set.observations.end());
  Baseline reversed = ExactOf(run);
  Append(reversed, Because("first"));
  EXPECT_EQ(ToText(reversed), ToText(Exact()));
}

TEST(ParseBaseline, RowEditedByHandIsDetected) {
  const std::string edited = Replaced(ToText(Exact()), "integer = 10\n", "integer = 11\n");
  EXPECT_ERROR(ParseBaseline(edited, "b.txt"), ErrorKind::kData, "edited by hand");
}

TEST(ParseBaseline, KeyConfigAndPlanEditedByHandAreDetected) {
  EXPECT_ERROR(ParseBaseline(Replaced(ToText(Keyed()), "\"avx,avx2\"", "\"avx\""), "b.txt"),
               ErrorKind::kData, "edited by hand");
  EXPECT_ERROR(
      ParseBaseline(Replaced(ToText(Exact()), "plan optimizer_steps 10", "plan optimizer_steps 9"),
                    "b.txt"),
      ErrorKind::kData, "edited by hand");
  EXPECT_ERROR(ParseBaseline(Replaced(ToText(Exact()), "\"value\":42", "\"value\":43"), "b.txt"),
               ErrorKind::kData, "edited by hand");
}

TEST(ParseBaseline, HistoryEditedByHandIsDetected) {
  Baseline baseline = Exact();
  baseline.rows.front().values = {std::string("zz")};
  Append(baseline, Because("second"));
  const std::string text = ToText(baseline);
  EXPECT_EQ(ParseBaseline(text, "b.txt").history.size(), 2u);
  EXPECT_ERROR(ParseBaseline(Replaced(text, "\"first\"", "\"forged\""), "b.txt"), ErrorKind::kData,
               "history edited by hand");
}

TEST(ParseBaseline, DecimalThatDisagreesWithItsHexIsRefusedWithItsLine) {
  const std::string text = Replaced(ToText(Keyed()), "0x1.8p+1 # 3\n", "0x1.8p+1 # 4\n");
  EXPECT_ERROR(ParseBaseline(text, "b.txt"), ErrorKind::kData,
               "'  0x1.8p+1 # 4', wanted '  0x1.8p+1 # 3'");
}

TEST(ParseBaseline, NonFiniteAndUnreadableValuesAreRefused) {
  const std::string text = ToText(Keyed());
  for (const char* value : {"NaN", "Infinity", "-Infinity", "3,5", "nan"}) {
    EXPECT_ERROR(ParseBaseline(Replaced(text, "  0x1.8p+1 # 3\n", std::string("  ") + value + "\n"),
                               "b.txt"),
                 ErrorKind::kData, "a finite number");
  }
}

TEST(ParseBaseline, DefectsHaveFileAndLine) {
  EXPECT_ERROR(ParseBaseline("nonsense\n", "b.txt"), ErrorKind::kData, "b.txt:1");
  EXPECT_ERROR(ParseBaseline("", "b.txt"), ErrorKind::kData, "the end of the file");
  const std::string text = ToText(Exact());
  EXPECT_ERROR(ParseBaseline(Replaced(text, "scope exact", "scope other"), "b.txt"),
               ErrorKind::kData, "'other'");
  EXPECT_ERROR(ParseBaseline(Replaced(text, "row D0 work", "row D7 work"), "b.txt"),
               ErrorKind::kData, "'D7'");
  EXPECT_ERROR(ParseBaseline(Replaced(text, " any integer", " up integer"), "b.txt"),
               ErrorKind::kData, "found 'up', wanted a direction");
  EXPECT_ERROR(ParseBaseline(Replaced(text, "row D0 work", "row D0  work"), "b.txt"),
               ErrorKind::kData, ": found 'row D0  work");
  EXPECT_ERROR(ParseBaseline(Replaced(text, "quantum 10", "quantum -1"), "b.txt"), ErrorKind::kData,
               "quantum");
  EXPECT_ERROR(
      ParseBaseline(Replaced(text, "plumbline-baseline 1", "plumbline-baseline 2"), "b.txt"),
      ErrorKind::kData, "b.txt:1");
}

TEST(ParseBaseline, RowTwiceOrOutOfOrderIsRefused) {
  Baseline baseline = Exact();
  std::swap(baseline.rows.front(), baseline.rows.back());
  EXPECT_ERROR(ParseBaseline(ToText(baseline), "b.txt"), ErrorKind::kData, "in order");
  Baseline doubled = Exact();
  doubled.rows.push_back(doubled.rows.back());
  EXPECT_ERROR(ParseBaseline(ToText(doubled), "b.txt"), ErrorKind::kData, "in order");
}

TEST(ParseBaseline, CutFileIsRefused) {
  const std::string text = ToText(Keyed());
  EXPECT_ERROR(ParseBaseline(text.substr(0, text.size() - 1), "b.txt"), ErrorKind::kData,
               "newline");
  const size_t inside = text.find("  0x1p+1 # 2\n");
  EXPECT_ERROR(ParseBaseline(text.substr(0, inside), "b.txt"), ErrorKind::kData, "b.txt");
}

TEST(ParseBaseline, FileWithoutAnAcceptanceIsRefused) {
  Baseline baseline = Exact();
  baseline.history.clear();
  EXPECT_ERROR(ParseBaseline(ToText(baseline), "b.txt"), ErrorKind::kData, "no acceptance");
}

TEST(ReadBaselines, MissingDirectoryIsAnEmptySet) {
  const testing::TemporaryDirectory directory;
  const BaselineSet set = ReadBaselines(directory / "absent", "s");
  EXPECT_FALSE(set.exact);
  EXPECT_TRUE(set.keyed.empty());
}

TEST(ReadBaselines, FileOfAnotherSuiteOrScopeIsRefused) {
  const testing::TemporaryDirectory directory;
  WriteFileAtomic(directory / "exact.txt", ToText(Exact()));
  EXPECT_TRUE(ReadBaselines(directory.path(), "s").exact);
  EXPECT_ERROR(ReadBaselines(directory.path(), "other"), ErrorKind::kData, "suite 's'");
  WriteFileAtomic(directory / "key.txt", ToText(Exact()));
  EXPECT_ERROR(ReadBaselines(directory.path(), "s"), ErrorKind::kData, "scope keyed");
}

TEST(ReadBaselines, BrokenFileMakesTheVerdictInvalid) {
  const testing::TemporaryDirectory directory;
  const auto run = WriteRun(HonestRun(), directory / "run");
  MakeDirectories(directory / "s");
  WriteFileAtomic(directory / "s/exact.txt",
                  Replaced(ToText(Exact()), "integer = 10\n", "integer = 11\n"));
  const Comparison comparison = CheckRun(run, directory / "s", {});
  EXPECT_EQ(comparison.verdict, Verdict::kInvalid);
  EXPECT_THAT(comparison.headline, HasSubstr("edited by hand"));
}

}  // namespace
}  // namespace plumbline::check
