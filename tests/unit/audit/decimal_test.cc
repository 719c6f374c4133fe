// A printed number keeps its text and stands for an interval.
#include "harness/audit/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace plumbline::audit {
namespace {

TEST(Decimal, HalfOfTheLastPrintedDigitIsTheUncertainty) {
  EXPECT_DOUBLE_EQ(ParseDecimal("0.4")->half_ulp, 0.05);
  EXPECT_DOUBLE_EQ(ParseDecimal("3.96e-06")->half_ulp, 0.5e-8);
  EXPECT_DOUBLE_EQ(ParseDecimal("1.996e-05")->half_ulp, 0.5e-8);
  EXPECT_DOUBLE_EQ(ParseDecimal("6553.30")->half_ulp, 0.005);
  EXPECT_DOUBLE_EQ(ParseDecimal("1200")->half_ulp, 0.5);
}

TEST(Decimal, GroupsOfDigitsAreOneNumber) {
  EXPECT_EQ(ParseDecimal("123_859_968")->value, 123859968);
  EXPECT_EQ(ParseDecimal("3,300")->value, 3300);
  EXPECT_FALSE(ParseDecimal("3,30"));
  EXPECT_FALSE(ParseDecimal("1,2,3"));
}

TEST(Decimal, WordsAndHalfNumbersAreRefused) {
  for (const char* text : {"", "-", ".", "e5", "1e", "0x10", "1.2.3", "abc", "--1", "1 2"}) {
    EXPECT_FALSE(ParseDecimal(text)) << text;
  }
}

TEST(Decimal, NonFiniteNumbersAreReadAndHaveNoInterval) {
  EXPECT_TRUE(std::isnan(ParseDecimal("NaN")->value));
  EXPECT_TRUE(std::isinf(ParseDecimal("-Infinity")->value));
  EXPECT_TRUE(ParseDecimal("nan")->Printed().Empty());
  EXPECT_TRUE(std::isfinite(ParseDecimal("1e308")->Printed().low));
}

TEST(Decimal, TheIntervalHoldsEveryValueThatPrintsSo) {
  const Interval printed = ParseDecimal("0.04")->Printed();
  EXPECT_TRUE(printed.Contains(0.035));
  EXPECT_TRUE(printed.Contains(0.045));
  EXPECT_FALSE(printed.Contains(0.0451));
}

TEST(Interval, OperationsHoldEveryResult) {
  const Interval a = MakeInterval(1, 2);
  const Interval b = MakeInterval(-3, 4);
  EXPECT_TRUE((a * b).Contains(-6));
  EXPECT_TRUE((a * b).Contains(8));
  EXPECT_TRUE((a - b).Contains(-3));
  EXPECT_TRUE((a / b).Empty());  // around zero: no statement
  EXPECT_TRUE(Disjoint(a, MakeInterval(2.1, 3)));
  EXPECT_FALSE(Disjoint(a, MakeInterval(2, 3)));
  EXPECT_FALSE(Disjoint(a, kEmptyInterval));
}

TEST(Interval, WholeNumbersInsideAreListed) {
  EXPECT_EQ(*Integers(MakeInterval(2.765, 3.555)), std::vector<int64_t>{3});
  EXPECT_FALSE(Integers(MakeInterval(1.47, 1.89)));
  EXPECT_FALSE(Integers(MakeInterval(-1e300, 1e300)));
}

TEST(Decimal, CountsAreFromZeroToBelowTenToTheFifteenth) {
  for (const double count : {0.0, 1.0, 999999999999999.0}) EXPECT_TRUE(IsCount(count)) << count;
  for (const double none : {-1.0, 1e15, 1e300, std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(IsCount(none)) << none;
  }
}

}  // namespace
}  // namespace plumbline::audit
