#include "harness/run/sidecar.h"

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::run {
namespace {

constexpr char kRecord[] =
    R"({"fname":"a","topic_id":"T01","facts":[{"slot":"hour","final":"6","rejected":["4"]}]})";

std::vector<data::Example> RowNamed(const std::string& fname) {
  data::Example example;
  example.fname = fname;
  return {example};
}

TEST(ReadSidecar, DataWithoutASidecarHasNone) {
  const testing::TemporaryDirectory directory;
  EXPECT_TRUE(ReadSidecar(directory / "x.jsonl", RowNamed("a")).empty());
}

TEST(ReadSidecar, ARowWithoutARecordIsAnErrorThatNamesIt) {
  const testing::TemporaryDirectory directory;
  WriteFileAtomic(directory / "x.meta.jsonl", std::string(kRecord) + "\n");
  EXPECT_ERROR(ReadSidecar(directory / "x.jsonl", RowNamed("b")), ErrorKind::kData, "'b'");
}

TEST(ScoreSlots, AWrongHourIsWrongWhateverRougeSays) {
  const testing::TemporaryDirectory directory;
  WriteFileAtomic(directory / "x.meta.jsonl", std::string(kRecord) + "\n");
  const auto sidecar = ReadSidecar(directory / "x.jsonl", RowNamed("a"));
  const std::vector<std::string> right = {"They meet at 6."}, wrong = {"They meet at 4."};
  EXPECT_EQ(ScoreSlots(sidecar, right).overall.Accuracy(), 1.0);
  EXPECT_EQ(ScoreSlots(sidecar, wrong).overall.Accuracy(), 0.0);
}

}  // namespace
}  // namespace plumbline::run
