#include "harness/data/korean/line_text.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/testing/error_matcher.h"

namespace plumbline::data::korean {
namespace {

std::string Named(const Reference& reference) {
  return "<" + reference.name + "." + reference.form + "+" + reference.josa + ">";
}

TEST(LineText, AReferenceHasNameFormAndParticle) {
  SplitMix64 random(1);
  EXPECT_EQ(Expand(ParseLineText("a {slot.form+p} b"), random, Named), "a <slot.form+p> b");
}

TEST(LineText, AllExpansionsOfNestedChoicesComeInOrder) {
  const LineText text = ParseLineText("(a|b(c|)) d");
  EXPECT_EQ(NumCombinations(text), 3);
  EXPECT_EQ(AllExpansions(text, 10, Named), (std::vector<std::string>{"a d", "bc d", "b d"}));
}

TEST(LineText, DrawingReachesEveryChoice) {
  const LineText text = ParseLineText("(a|b|c)");
  SplitMix64 random(7);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(Expand(text, random, Named));
  EXPECT_EQ(seen.size(), 3u);
}

TEST(LineText, UnbalancedBracketsAreErrors) {
  for (const char* text : {"(a|b", "a|b", "a)", "{slot", "slot}", "{}"}) {
    EXPECT_ERROR(ParseLineText(text), ErrorKind::kData, "reading a line");
  }
}

}  // namespace
}  // namespace plumbline::data::korean
