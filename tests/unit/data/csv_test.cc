#include "harness/data/csv.h"

#include "tests/testing/error_matcher.h"

namespace plumbline::data {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;

struct Row {
  std::string a, b;
  int64_t line;
  bool operator==(const Row&) const = default;
};

std::vector<Row> Read(std::string_view text) {
  std::vector<Row> rows;
  ForEachCsvRowOf(text, "f.csv", [&](const Json& record, int64_t line) {
    rows.push_back({record.at("a").get<std::string>(), record.at("b").get<std::string>(), line});
  });
  return rows;
}

TEST(Csv, PlainRowsWithEitherLineEnd) {
  EXPECT_THAT(Read("a,b\n1,2\n3,4\n"), ElementsAre(Row{"1", "2", 2}, Row{"3", "4", 3}));
  EXPECT_THAT(Read("a,b\r\n1,2\r\n3,"), ElementsAre(Row{"1", "2", 2}, Row{"3", "", 3}));
  EXPECT_TRUE(Read("a,b").empty());
}

TEST(Csv, QuotedFieldsHoldCommasNewlinesAndQuotes) {
  EXPECT_THAT(Read("a,b\n\"x,y\",\"one\ntwo\r\nthree\"\n\"say \"\"hi\"\"\",\"\"\n"),
              ElementsAre(Row{"x,y", "one\ntwo\r\nthree", 2}, Row{"say \"hi\"", "", 5}));
}

TEST(Csv, ColumnsMayComeInAnyOrderAndBeQuoted) {
  EXPECT_THAT(Read("\"b\",c,a\n1,2,3\n"), ElementsAre(Row{"3", "1", 2}));
}

TEST(Csv, MarkAndBlankLinesAreSkipped) {
  EXPECT_THAT(Read("\xEF\xBB\xBF\na,b\r\n\r\n\n1,2\n\n"), ElementsAre(Row{"1", "2", 5}));
}

TEST(Csv, RaggedRowsNameTheLineWhereTheyBegin) {
  EXPECT_ERROR(Read("a,b\n\"x\ny\",1\n1\n"), ErrorKind::kData, "'f.csv':4: found 1 fields");
  EXPECT_ERROR(Read("a,b\n1,2,3\n"), ErrorKind::kData, "'f.csv':2: found 3 fields");
}

TEST(Csv, MisplacedQuotesAreRefused) {
  EXPECT_ERROR(Read("a,b\nx\"y,2\n"), ErrorKind::kData, "'f.csv':2: found a quote inside");
  EXPECT_ERROR(Read("a,b\n\"x\"y,2\n"), ErrorKind::kData, "'f.csv':2: found text behind");
  EXPECT_ERROR(Read("a,b\n1,\"x\n\n\n"), ErrorKind::kData, "'f.csv':2: found a quoted field that");
}

TEST(Csv, BrokenHeadersAreRefused) {
  EXPECT_ERROR(Read(""), ErrorKind::kData, "no header");
  EXPECT_ERROR(Read("\n\n"), ErrorKind::kData, "no header");
  EXPECT_ERROR(Read("a,a\n"), ErrorKind::kData, "'a' twice");
  EXPECT_ERROR(Read("a,,b\n"), ErrorKind::kData, "without a name");
}

TEST(Csv, HostileBytes) {
  EXPECT_ERROR(Read("a,b\n1,\xFF\n"), ErrorKind::kData, "'f.csv':2: found a broken UTF-8");
  EXPECT_ERROR(Read("a,b\n1,\"x\ny\xED\xA0\x80\"\n"), ErrorKind::kData, "'f.csv':3");
  EXPECT_ERROR(Read("a,b\n1\r2,3\n"), ErrorKind::kData, "carriage return");
  EXPECT_THAT(Read("a,b\n1,x\0y\n"s), ElementsAre(Row{"1", "x\0y"s, 2}));
  const std::string long_text(1 << 20, '"');  // half a megabyte of doubled quotes
  EXPECT_EQ(Read("a,b\n1,\"" + long_text + "\"\n")[0].b.size(), long_text.size() / 2);
}

}  // namespace
}  // namespace plumbline::data
