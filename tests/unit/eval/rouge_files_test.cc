#include "harness/eval/rouge_files.h"

#include "harness/base/file.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::eval {
namespace {

using ::testing::ElementsAre;

class RougeFilesTest : public ::testing::Test {
 protected:
  std::vector<NamedPair> Join(const std::string& predictions, const std::string& references) {
    WriteFileAtomic(directory_ / "p.jsonl", predictions);
    WriteFileAtomic(directory_ / "r.jsonl", references);
    return JoinRougeFiles(directory_ / "p.jsonl", directory_ / "r.jsonl");
  }

  testing::TemporaryDirectory directory_;
};

constexpr const char* kBoth = R"({"fname":"a","prediction":"pa","score":null}
{"fname":"b","prediction":""}
)";

TEST_F(RougeFilesTest, RowsAreJoinedByNameInTheOrderOfTheReferences) {
  const auto pairs = Join(kBoth, R"({"fname":"b","summary":["x","y"],"dialogue":"d"}
{"fname":"a","summary":"z"})");
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].fname, "b");
  EXPECT_EQ(pairs[0].pair.prediction, "");
  EXPECT_THAT(pairs[0].pair.references, ElementsAre("x", "y"));
  EXPECT_EQ(pairs[1].pair.prediction, "pa");
}

TEST_F(RougeFilesTest, ANameOnOneSideOnlyIsAnError) {
  EXPECT_ERROR(Join(kBoth, R"({"fname":"a","summary":"z"})"), ErrorKind::kData,
               "found 1 rows without a reference, first 'b' in line 2");
  EXPECT_ERROR(Join(R"({"fname":"a","prediction":"p"})", R"({"fname":"c","summary":"z"}
{"fname":"a","summary":"z"}
{"fname":"d","summary":"z"})"),
               ErrorKind::kData, "found 2 rows without a prediction, first 'c' in line 1");
}

TEST_F(RougeFilesTest, BrokenRecordsNameFileAndLine) {
  const std::string references = R"({"fname":"a","summary":"z"})";
  EXPECT_ERROR(Join(R"({"fname":"a","prediction":null})", references), ErrorKind::kData,
               "p.jsonl':1: found a null");
  EXPECT_ERROR(Join(R"({"prediction":"x"})", references), ErrorKind::kData, "no 'fname'");
  EXPECT_ERROR(Join(R"({"fname":"a","prediction":"x"}
{"fname":"a","prediction":"x"})",
                    references),
               ErrorKind::kData, "p.jsonl':2: found the fname 'a' of line 1");
  EXPECT_ERROR(Join(R"({"fname":"a","prediction":"x"})", R"({"fname":"a","summary":[]})"),
               ErrorKind::kData, "empty list");
  EXPECT_ERROR(Join("", references), ErrorKind::kData, "no record");
}

}  // namespace
}  // namespace plumbline::eval
