// Values as Python and JSON print them.
#include "harness/audit/literal.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::audit {
namespace {

std::optional<Literal> Parse(std::string_view text) {
  size_t position = 0;
  std::string problem;
  return ParseLiteral(text, &position, 1, &problem);
}

TEST(Literal, PythonAndJsonWordsAreRead) {
  const auto map = Parse("{'a': None, \"b\": NaN, 'c': True, 'd': (1, 2.50), 'e': 1_000,}");
  ASSERT_TRUE(map);
  EXPECT_EQ(map->Find("a")->kind, Literal::Kind::kNull);
  EXPECT_EQ(map->Find("b")->text, "NaN");
  EXPECT_EQ(map->Find("c")->text, "true");
  EXPECT_EQ(map->Find("d")->items[1].text, "2.50");
  EXPECT_EQ(map->Find("e")->text, "1_000");
}

TEST(Literal, CommentsAndLinesStayWithTheirValue) {
  const auto map = Parse("{\n  'batch': 8,   # from the file\n  'x': 'a' \n 'b'  # two texts\n}");
  ASSERT_TRUE(map);
  EXPECT_EQ(map->Find("batch")->comment, "from the file");
  EXPECT_EQ(map->Find("batch")->line, 2);
  EXPECT_EQ(map->Find("x")->text, "ab");
}

TEST(Literal, EscapesAndSurrogatePairsAreDecoded) {
  EXPECT_EQ(Parse("\"\\uac00\\n\\ud83d\\ude00\"")->text, "\xEA\xB0\x80\n\xF0\x9F\x98\x80");
  EXPECT_EQ(Parse("'''a\nb'''")->text, "a\nb");
}

TEST(Literal, BrokenAndDeepTextIsRefusedWithItsLine) {
  for (const char* text : {"{", "{'a' 1}", "[1 2]", "'open", "{'a': maybe}", "{[1]: 2}", ""}) {
    EXPECT_FALSE(Parse(text)) << text;
  }
  EXPECT_FALSE(Parse(std::string(10000, '[')));
  EXPECT_FALSE(Parse(std::string(10000, '[') + std::string(10000, ']')));
  EXPECT_ERROR(ParseLiteralFile("{\"a\":\n oops}", "x.json"), ErrorKind::kData, "line 2");
  EXPECT_ERROR(ParseLiteralFile("{} {}", "x.json"), ErrorKind::kData, "more text");
}

TEST(Literal, JsonKeepsNonFiniteNumbersAsText) {
  EXPECT_EQ(ToJson(*Parse("[1, 2.5, NaN, true, null, \"t\"]")).dump(),
            "[1,2.5,\"NaN\",true,null,\"t\"]");
}

}  // namespace
}  // namespace plumbline::audit
