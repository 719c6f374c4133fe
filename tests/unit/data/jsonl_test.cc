#include "harness/data/jsonl.h"

#include "tests/testing/error_matcher.h"

namespace plumbline::data {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;

std::vector<std::pair<std::string, int64_t>> Read(std::string_view text) {
  std::vector<std::pair<std::string, int64_t>> records;
  ForEachJsonLineOf(text, "f.jsonl", [&](const Json& record, int64_t line) {
    records.emplace_back(record.at("a").get<std::string>(), line);
  });
  return records;
}

TEST(JsonLines, AcceptsMarkCrlfBlankLinesAndNoFinalNewline) {
  EXPECT_THAT(Read("\xEF\xBB\xBF{\"a\":\"x\"}\r\n\r\n  \n{\"a\":\"y\"}"),
              ElementsAre(std::pair("x"s, 1), std::pair("y"s, 4)));
  EXPECT_TRUE(Read("").empty());
}

TEST(JsonLines, EscapesAreDecoded) {
  EXPECT_THAT(Read(R"({"a":"\ud55c\n\u0000\ud83d\ude00"})"),
              ElementsAre(std::pair("\uD55C\n\0\U0001F600"s, 1)));
}

TEST(JsonLines, ErrorsNameFileAndLine) {
  EXPECT_ERROR(Read("{\"a\":\"x\"}\n{\"a\":"), ErrorKind::kData, "'f.jsonl':2");
  EXPECT_ERROR(Read("[1]"), ErrorKind::kData, "'f.jsonl':1");
  EXPECT_ERROR(Read("\n\n{\"a\":1,\"a\":2}"), ErrorKind::kData, "'f.jsonl':3");
  EXPECT_ERROR(Read("{\"a\":\"x\"} {\"a\":\"y\"}"), ErrorKind::kData, "'f.jsonl':1");
}

TEST(JsonLines, BrokenTextIsRefused) {
  EXPECT_ERROR(Read("{\"a\":\"\xFF\"}"), ErrorKind::kData, "byte 6 of the line");
  EXPECT_ERROR(Read(R"({"a":"\ud800"})"), ErrorKind::kData, "'f.jsonl':1");  // a lone surrogate
  EXPECT_ERROR(Read("{\"a\":\"x\0y\"}"s), ErrorKind::kData, "'f.jsonl':1");  // a raw NUL
}

TEST(JsonLines, AMegabyteOnOneLineIsRead) {
  const std::string long_text(1 << 20, 'x');
  EXPECT_EQ(Read("{\"a\":\"" + long_text + "\"}")[0].first, long_text);
}

TEST(JsonLines, AMissingFileIsADataError) {
  EXPECT_ERROR(ForEachJsonLine("/nonexistent/f.jsonl", [](const Json&, int64_t) {}),
               ErrorKind::kData, "/nonexistent/f.jsonl");
}

}  // namespace
}  // namespace plumbline::data
