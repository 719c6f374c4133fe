#include "harness/data/korean/hangul.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/testing/error_matcher.h"

namespace plumbline::data::korean {
namespace {

TEST(Hangul, DecomposingAndComposingGivesEverySyllableBack) {
  for (char32_t point = kFirstSyllable; point <= kLastSyllable; ++point) {
    const std::string syllable = Encode(std::u32string(1, point));
    EXPECT_EQ(ComposeHangul(DecomposeHangul(syllable)), syllable);
  }
}

TEST(Hangul, DecomposedTextIsLongerAndOtherTextIsKept) {
  // U+1112 U+1161 U+11AB for the syllable U+D55C.
  EXPECT_EQ(DecomposeHangul("\uD55C A1"), "\u1112\u1161\u11AB A1");
  EXPECT_EQ(ComposeHangul("\u1112\u1161\u11AB A1"), "\uD55C A1");
}

TEST(Hangul, FinalsAreIndexedFromNone) {
  EXPECT_EQ(FinalOf(U'가'), 0);
  EXPECT_EQ(FinalOf(U'울'), kFinalRieul);
  EXPECT_EQ(FinalOf(U'덟'), 11);
}

TEST(Hangul, BrokenUtf8IsAnError) {
  EXPECT_ERROR(Decode("\xEA\xB0"), ErrorKind::kData, "malformed byte");
  EXPECT_ERROR(Decode("\x80"), ErrorKind::kData, "malformed byte");
  EXPECT_ERROR(Decode("\xC0\x80"), ErrorKind::kData, "malformed byte");
}

TEST(Hangul, EncodingGivesTheDecodedBytesBack) {
  const std::string text = "a\u00E9\uAC00\U0001F600";
  EXPECT_EQ(Encode(Decode(text)), text);
}

}  // namespace
}  // namespace plumbline::data::korean
