#include "harness/base/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/testing/error_matcher.h"

namespace plumbline {
namespace {

TEST(ParseJson, DuplicateKeyIsRefusedByName) {
  EXPECT_ERROR(ParseJson(R"({"a":{"k":1,"k":2}})", "f"), ErrorKind::kData, "'k' twice");
}

TEST(ParseJson, SameKeyInTwoObjectsIsFine) {
  EXPECT_EQ(ParseJson(R"([{"k":1},{"k":2}])", "f")[1]["k"], 2);
}

TEST(ParseJson, ErrorNamesLineAndColumn) {
  EXPECT_ERROR(ParseJson("{\n \"a\": ,\n}", "f"), ErrorKind::kData, "f:2:7");
}

TEST(DumpJson, KeysAreSortedAndDigitsReadBackExactly) {
  EXPECT_EQ(DumpJson(Json{{"b", 0.1}, {"a", 1}}), "{\n  \"a\": 1,\n  \"b\": 0.1\n}\n");
}

TEST(DumpJson, NonFiniteNumberIsRefusedNotWrittenAsNull) {
  EXPECT_ERROR(DumpJson(Json{{"a", std::numeric_limits<double>::quiet_NaN()}}), ErrorKind::kInternal, "isfinite");
}

}  // namespace
}  // namespace plumbline
