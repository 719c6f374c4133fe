// The verbs rouge and tokenize, called as main calls them.
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/cli/arguments.h"
#include "harness/cli/verb_list.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/lines.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/data/tiny_tokenizer.h"

namespace plumbline::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string RunVerb(const Verb& verb, const std::vector<std::string>& words) {
  std::vector<std::string> all = {verb.name};
  all.insert(all.end(), words.begin(), words.end());
  ::testing::internal::CaptureStdout();
  int status = -1;
  try {
    status = verb.run(Arguments(verb, all));
  } catch (...) {
    ::testing::internal::GetCapturedStdout();
    throw;
  }
  EXPECT_EQ(status, 0);
  return ::testing::internal::GetCapturedStdout();
}

class RougeVerbTest : public ::testing::Test {
 protected:
  RougeVerbTest() {
    WriteFileAtomic(directory_ / "p.jsonl", R"({"fname":"a","prediction":"나는 간다"})");
    WriteFileAtomic(directory_ / "r.jsonl", R"({"fname":"a","summary":["나는 간다","x"]})");
    words_ = {"--predictions", directory_ / "p.jsonl", "--references", directory_ / "r.jsonl"};
  }

  std::string Rouge(std::vector<std::string> more) {
    more.insert(more.begin(), words_.begin(), words_.end());
    return RunVerb(RougeVerb(), more);
  }

  testing::TemporaryDirectory directory_;
  std::vector<std::string> words_;
};

TEST_F(RougeVerbTest, JsonHoldsScoresTokenizerCountAndWarning) {
  const Json ascii = Json::parse(Rouge({"--json"}));
  EXPECT_EQ(ascii.at("rouge1").at("f1"), 0.0);
  EXPECT_EQ(ascii.at("tokenizer"), "ascii");
  EXPECT_EQ(ascii.at("n"), 1);
  EXPECT_EQ(ascii.at("warnings").size(), 1u);
  const Json particle = Json::parse(Rouge({"--json", "--tokenizer", "particle"}));
  EXPECT_EQ(particle.at("rougeLsum").at("low"), 1.0);
  EXPECT_TRUE(particle.at("warnings").empty());
}

TEST_F(RougeVerbTest, TheTableBeginsWithTheWarning) {
  EXPECT_THAT(Rouge({}), ::testing::StartsWith("WARNING: the ROUGE tokenizer 'ascii' drops"));
  const std::string table = Rouge({"--tokenizer", "syllable"});
  EXPECT_THAT(table, Not(HasSubstr("WARNING")));
  EXPECT_THAT(table, HasSubstr("1 rows, tokenizer syllable"));
}

TEST_F(RougeVerbTest, ScoresOfEveryRowCanBeWritten) {
  Rouge({"--tokenizer", "unicode", "--per-row", directory_ / "rows.jsonl"});
  const Json row = Json::parse(ReadFile(directory_ / "rows.jsonl"));
  EXPECT_EQ(row.at("fname"), "a");
  EXPECT_EQ(row.at("rouge2").at("recall"), 1.0);
}

TEST_F(RougeVerbTest, MistakesAreUsageOrDataErrors) {
  EXPECT_ERROR(Rouge({"--tokenizer", "syllabel"}), ErrorKind::kUsage, "'syllable'");
  EXPECT_ERROR(Rouge({"--tokenizer", "unicode", "--stemmer"}), ErrorKind::kUsage, "stemmer");
  EXPECT_ERROR(Rouge({"--seed", "-1"}), ErrorKind::kUsage, "--seed");
  WriteFileAtomic(directory_ / "p.jsonl", R"({"fname":"b","prediction":"x"})");
  EXPECT_ERROR(Rouge({}), ErrorKind::kData, "'b'");
}

TEST(TokenizeVerb, TextAndFilesGiveIdsPiecesOffsetsAndText) {
  const testing::TemporaryDirectory directory;
  testing::WriteTinyTokenizer(directory.path());
  const std::string model = directory.path();
  const Json line =
      Json::parse(RunVerb(TokenizeVerb(), {"--model", model, "--text", "\uAC00\u00E9 7"}));
  EXPECT_EQ(line.at("ids").size(), line.at("pieces").size());
  EXPECT_EQ(line.at("offsets").back(), Json({3, 4}));  // characters, where bytes would say 6 to 7
  EXPECT_EQ(line.at("decoded"), "\uAC00\u00E9 7");
  WriteFileAtomic(directory / "in.jsonl", "{\"text\":\"\uAC00\u00E9 7\"}\n{\"text\":\"\"}\n");
  RunVerb(TokenizeVerb(),
          {"--model", model, "--file", directory / "in.jsonl", "--out", directory / "out.jsonl"});
  const std::vector<Json> lines = testing::JsonLines(directory / "out.jsonl");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], line);
  EXPECT_EQ(lines[1].at("ids"), Json::array());
}

TEST(TokenizeVerb, MistakesLeaveNoFile) {
  const testing::TemporaryDirectory directory;
  testing::WriteTinyTokenizer(directory / "model");
  const std::string model = directory / "model";
  EXPECT_ERROR(RunVerb(TokenizeVerb(), {"--model", model}), ErrorKind::kUsage, "--text");
  EXPECT_ERROR(
      RunVerb(TokenizeVerb(), {"--model", model, "--text", "a", "--file", "b", "--out", "c"}),
      ErrorKind::kUsage, "--text and --file");
  WriteFileAtomic(directory / "in.jsonl", "{\"text\":\"a\"}\n{\"txt\":\"b\"}\n");
  EXPECT_ERROR(RunVerb(TokenizeVerb(), {"--model", model, "--file", directory / "in.jsonl", "--out",
                                        directory / "out.jsonl"}),
               ErrorKind::kData, "in.jsonl':2");
  EXPECT_FALSE(std::filesystem::exists(directory / "out.jsonl"));
  EXPECT_ERROR(RunVerb(TokenizeVerb(), {"--model", directory.path(), "--text", "a"}),
               ErrorKind::kModel, "spiece.model");
}

}  // namespace
}  // namespace plumbline::cli
