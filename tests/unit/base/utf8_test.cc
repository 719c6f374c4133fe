#include "harness/base/utf8.h"

#include "tests/testing/error_matcher.h"

namespace plumbline {
namespace {

using namespace std::string_literals;

TEST(Utf8, DecodesEveryLength) {
  EXPECT_EQ(DecodeUtf8("a\xC2\xA9\xEA\xB0\x80\xF0\x9F\x98\x80"), U"a\u00A9\uAC00\U0001F600");
  EXPECT_EQ(DecodeUtf8("\0"s), U"\0"s);
  EXPECT_EQ(DecodeUtf8(""), U"");
}

TEST(Utf8, EveryScalarValueComesBack) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(c, text);
    const CodePoint point = CodePointAt(text, 0);
    ASSERT_EQ(point.value, c);
    ASSERT_EQ(point.num_bytes, text.size());
  }
}

TEST(Utf8, FindsTheFirstBrokenSequence) {
  EXPECT_EQ(FirstInvalidUtf8("ab\xEA\xB0\x80"), std::nullopt);
  EXPECT_EQ(FirstInvalidUtf8("ab\xFF"), 2u);
  EXPECT_EQ(FirstInvalidUtf8("\x80"), 0u);              // a continuation alone
  EXPECT_EQ(FirstInvalidUtf8("a\xEA\xB0"), 1u);         // cut short
  EXPECT_EQ(FirstInvalidUtf8("\xC0\x80"), 0u);          // overlong NUL
  EXPECT_EQ(FirstInvalidUtf8("\xE0\x80\xAF"), 0u);      // overlong slash
  EXPECT_EQ(FirstInvalidUtf8("\xED\xA0\x80"), 0u);      // U+D800, a lone surrogate
  EXPECT_EQ(FirstInvalidUtf8("\xF4\x90\x80\x80"), 0u);  // U+110000
  EXPECT_EQ(FirstInvalidUtf8("ok\xEA\x41\x41"), 2u);    // a letter where a continuation belongs
}

TEST(Utf8, BrokenTextIsADataError) {
  EXPECT_ERROR(DecodeUtf8("abc\xFF"), ErrorKind::kData, "byte 3");
  EXPECT_ERROR(Nfc("\xED\xA0\x80"), ErrorKind::kData, "byte 0");
}

TEST(Utf8, ASurrogateCannotBeWritten) {
  std::string text;
  EXPECT_ERROR(AppendUtf8(0xD800, text), ErrorKind::kInternal, "");
}

TEST(Utf8, NfcComposesHangulAndLeavesComposedTextAlone) {
  const std::string decomposed = "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB";  // U+1112 U+1161 U+11AB
  EXPECT_EQ(Nfc(decomposed), "\xED\x95\x9C");                             // U+D55C
  EXPECT_EQ(Nfc("\xED\x95\x9C"), "\xED\x95\x9C");
  EXPECT_EQ(Nfc("a\0b"s), "a\0b"s);
  EXPECT_EQ(Nfc(""), "");
}

TEST(Utf8, NfcComposesAfterPlainText) {
  EXPECT_EQ(Nfc("\uAC00 e\u0301 \uAC00\u11A8"), "\uAC00 \u00E9 \uAC01");
  EXPECT_EQ(Nfc("\u2126\u2000"), "\u03A9\u2002");  // singletons
}

TEST(Utf8, FindsDecomposedHangulOnly) {
  EXPECT_EQ(FirstDecomposedHangul("ab\xE1\x84\x92\xE1\x85\xA1"), 2u);
  EXPECT_EQ(FirstDecomposedHangul("\xED\x95\x9C abc \xE3\x85\x8B"),
            std::nullopt);  // syllable, compatibility jamo
}

TEST(Utf8, HangulFinalsAreArithmetic) {
  EXPECT_EQ(HangulFinal(U'\uAC00'), 0);  // ga
  EXPECT_EQ(HangulFinal(U'\uC6B8'), 8);  // ul: rieul
  EXPECT_EQ(HangulFinal(U'\uC740'), 4);  // eun: nieun
  EXPECT_FALSE(IsHangulSyllable(U'\u314B'));
  EXPECT_TRUE(IsHangulSyllable(U'\uD7A3'));
}

TEST(Utf8, CountsCodePointsNotBytes) {
  EXPECT_EQ(CountCodePoints("a\xEA\xB0\x80\xF0\x9F\x98\x80"), 3u);
}

}  // namespace
}  // namespace plumbline
