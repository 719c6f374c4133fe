#include "harness/config/value.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::config {
namespace {

KeySpec Spec(Type type, const std::string& range = "") {
  KeySpec spec;
  spec.name = "a.b";
  spec.type = type;
  spec.range = range;
  spec.default_value = type == Type::kText ? Json() : Json(0);
  return spec;
}

Json Read(const KeySpec& spec, const std::string& yaml) {
  return ReadValue(spec, ParseYaml("k: " + yaml, "f").members.at(0).value, "f:1:4");
}

TEST(Value, FloatsAreReadInEveryDecimalForm) {
  const KeySpec spec = Spec(Type::kFloat);
  EXPECT_EQ(Read(spec, "3e-05"), 3e-05);
  EXPECT_EQ(Read(spec, "1E3"), 1000.0);
  EXPECT_EQ(Read(spec, ".5"), 0.5);
  EXPECT_EQ(Read(spec, "-2."), -2.0);
  EXPECT_EQ(Read(spec, "2e+1"), 20.0);
  EXPECT_EQ(Read(spec, "0.1"), 0.1);
}

TEST(Value, IntegerForAFloatKeyBecomesAFloat) {
  EXPECT_TRUE(Read(Spec(Type::kFloat), "2").is_number_float());
}

TEST(Value, FloatForAnIntegerKeyIsRefusedWithTheInteger) {
  EXPECT_ERROR(Read(Spec(Type::kInt), "8.0"), ErrorKind::kUsage,
               "found 8.0, wanted an integer; try 8");
  EXPECT_ERROR(Read(Spec(Type::kInt), "1e3"), ErrorKind::kUsage, "try 1000");
  EXPECT_ERROR(Read(Spec(Type::kInt), "2.5"), ErrorKind::kUsage, "wanted an integer");
}

TEST(Value, NumbersThatReadersTakeDifferentlyAreRefused) {
  for (const char* word : {"08", "007", "1_000", "0x10", "0o17", "+5", "1:30", "0b11"}) {
    EXPECT_ERROR(Read(Spec(Type::kInt), word), ErrorKind::kUsage, "a plain decimal integer");
    EXPECT_ERROR(Read(Spec(Type::kFloat), word), ErrorKind::kUsage, "a plain decimal such as");
  }
}

TEST(Value, NonFiniteNumbersAreRefused) {
  for (const char* word : {".inf", ".nan", "nan", "inf", "-Infinity", "1e999"}) {
    EXPECT_ERROR(Read(Spec(Type::kFloat), word), ErrorKind::kUsage, "wanted a number");
  }
}

TEST(Value, IntegerBeyondItsTypeIsRefused) {
  EXPECT_ERROR(Read(Spec(Type::kInt), "99999999999999999999"), ErrorKind::kUsage,
               "wanted an integer");
}

TEST(Value, IntervalsIncludeOrExcludeTheirEnds) {
  EXPECT_EQ(Read(Spec(Type::kFloat, "[0, 1)"), "0"), 0.0);
  EXPECT_ERROR(Read(Spec(Type::kFloat, "[0, 1)"), "1"), ErrorKind::kUsage,
               "wanted a number in [0, 1)");
  EXPECT_ERROR(Read(Spec(Type::kFloat, "(0, 1]"), "0"), ErrorKind::kUsage, "in (0, 1]");
  EXPECT_EQ(Read(Spec(Type::kInt, "[1, inf)"), "123456789012"), 123456789012);
  EXPECT_ERROR(Read(Spec(Type::kInt, "[1, inf)"), "0"), ErrorKind::kUsage, "found 0");
}

TEST(Value, ScalarForAListIsRefusedAndTheReverse) {
  EXPECT_ERROR(Read(Spec(Type::kTextList), "q_proj"), ErrorKind::kUsage, "try [q_proj]");
  EXPECT_ERROR(Read(Spec(Type::kInt), "[8]"), ErrorKind::kUsage, "found a list");
  EXPECT_EQ(Read(Spec(Type::kTextList), "[q_proj, v_proj]"), Json({"q_proj", "v_proj"}));
  EXPECT_EQ(Read(Spec(Type::kIntOrList), "[1, 2]"), Json({1, 2}));
  EXPECT_EQ(Read(Spec(Type::kIntOrList), "1"), Json(1));
  EXPECT_EQ(Read(Spec(Type::kTextOrList), "[q_proj, v_proj]"), Json({"q_proj", "v_proj"}));
  EXPECT_EQ(Read(Spec(Type::kTextOrList), "all-linear"), Json("all-linear"));
  EXPECT_ERROR(Read(Spec(Type::kTextOrList), "{q: 1}"), ErrorKind::kUsage, "text or a list of text");
}

TEST(Value, MapForAValueIsRefused) {
  EXPECT_ERROR(Read(Spec(Type::kInt), "{a: 1}"), ErrorKind::kUsage, "found a map");
}

TEST(Value, TextThatLooksLikeAnotherTypeNeedsQuotes) {
  for (const char* word : {"8", "1e3", "true", "on", "08"}) {
    EXPECT_ERROR(Read(Spec(Type::kText), word), ErrorKind::kUsage, "in quotes");
  }
  EXPECT_EQ(Read(Spec(Type::kText), "\"8\""), "8");
  EXPECT_EQ(Read(Spec(Type::kText), "2026-11-22 run"), "2026-11-22 run");
}

TEST(Value, NullNeedsANullDefault) {
  EXPECT_EQ(Read(Spec(Type::kText), "null"), Json());
  EXPECT_EQ(Read(Spec(Type::kText), ""), Json());
  EXPECT_ERROR(Read(Spec(Type::kInt), "~"), ErrorKind::kUsage, "wanted an integer");
}

TEST(Value, NeverIsOnlyForKeysThatKnowIt) {
  EXPECT_EQ(Read(Spec(Type::kBoolOrNever), "never"), "never");
  EXPECT_EQ(Read(Spec(Type::kBoolOrNever), "true"), true);
  EXPECT_ERROR(Read(Spec(Type::kBool), "never"), ErrorKind::kUsage, "true or false");
}

TEST(Value, ChoiceNamesTheNearest) {
  EXPECT_ERROR(Read(Spec(Type::kChoice, "linear|cosine"), "cosin"), ErrorKind::kUsage,
               "wanted one of a set: linear|cosine; try 'cosine'");
}

TEST(Value, WordsOfArgumentsAreTakenAsTheyAreByTextKeys) {
  EXPECT_EQ(ReadWord(Spec(Type::kText), "42", "argument 1"), "42");
  EXPECT_EQ(ReadWord(Spec(Type::kText), "a: [b #c", "argument 1"), "a: [b #c");
  EXPECT_EQ(ReadWord(Spec(Type::kTextList), "[a, b]", "argument 1"), Json({"a", "b"}));
  EXPECT_ERROR(ReadWord(Spec(Type::kInt), "", "argument 1"), ErrorKind::kUsage, "argument 1: a.b");
}

}  // namespace
}  // namespace plumbline::config
