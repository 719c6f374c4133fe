#include "harness/base/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "harness/base/random.h"

namespace plumbline {
namespace {

TEST(HexFloat, KnownValues) {
  EXPECT_EQ(HexFloat(1.0), "0x1p+0");
  EXPECT_EQ(HexFloat(-0.75), "-0x1.8p-1");
  EXPECT_EQ(HexFloat(0.0), "0x0p+0");
  EXPECT_EQ(HexFloat(-0.0), "-0x0p+0");
}

TEST(HexFloat, AnyFiniteDoubleReadsBackBitForBit) {
  SplitMix64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::bit_cast<double>(random.Next());
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(std::bit_cast<uint64_t>(*ParseDouble(HexFloat(value))), std::bit_cast<uint64_t>(value));
    EXPECT_EQ(std::bit_cast<uint64_t>(*ParseDouble(ShortestDecimal(value))), std::bit_cast<uint64_t>(value));
  }
}

TEST(HexFloat, NonFiniteHasOneSpelling) {
  EXPECT_EQ(HexFloat(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(HexFloat(-std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_TRUE(std::isnan(*ParseDouble("NaN")));
}

TEST(ParseDouble, RefusesWhatIsNotAWholeNumber) {
  for (const char* text : {"", "x", "1x", " 1", "1 ", "--1", "nan", "inf", "0x", "1e"}) {
    EXPECT_FALSE(ParseDouble(text)) << text;
  }
}

TEST(ParseInt, RefusesOverflowAndRemainders) {
  EXPECT_EQ(ParseInt("-12"), -12);
  for (const char* text : {"", "1.0", "9223372036854775808", "+1", "1e3"}) EXPECT_FALSE(ParseInt(text)) << text;
}

}  // namespace
}  // namespace plumbline
