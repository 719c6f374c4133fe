#include "harness/base/columns.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

TEST(DisplayWidth, HangulIsTwoColumnsAndMarksAreNone) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("한글"), 4);
  EXPECT_EQ(DisplayWidth("학습 a"), 6);
  // The same syllable in three Jamo.
  EXPECT_EQ(DisplayWidth("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), 2);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
  EXPECT_EQ(DisplayWidth("\xFF\xFE"), 2);
  EXPECT_EQ(DisplayWidth("a\tb"), 3);
  EXPECT_EQ(DisplayWidth("\xF0\x9F\x98\x80"), 2);  // a smiling face
  EXPECT_EQ(DisplayWidth("\xC3\xA9\xE2\x80\xA6"), 2);  // an accented e, three dots in one
  EXPECT_EQ(DisplayWidth(""), 0);
}

TEST(FitColumns, CutsOnCharactersAndNeverStraddlesTheEdge) {
  EXPECT_EQ(FitColumns("abcdef", 6), "abcdef");
  EXPECT_EQ(FitColumns("abcdefg", 6), "abc...");
  EXPECT_EQ(FitColumns("한글한글", 7), "한글...");
  EXPECT_EQ(FitColumns("한글한글", 6), "한...");
  EXPECT_EQ(FitColumns("a\nb\x1b[31m", 20), "a b [31m");
}

TEST(FitColumns, TheEndOfAPathStays) {
  EXPECT_EQ(FitColumnsEnd("a/b.yaml:12:3", 13), "a/b.yaml:12:3");
  EXPECT_EQ(FitColumnsEnd("a/b.yaml:12:3", 8), "...:12:3");
  EXPECT_EQ(FitColumnsEnd("한글:1", 6), "한글:1");
  EXPECT_EQ(FitColumnsEnd("한글:12", 6), "...:12");
}

TEST(CutColumns, TakesWhatFits) {
  EXPECT_EQ(CutColumns("abc", 2), "ab");
  EXPECT_EQ(CutColumns("한글", 3), "한");
  EXPECT_EQ(CutColumns("한글", 1), "");
  EXPECT_EQ(CutColumns("e\xCC\x81x", 1), "e\xCC\x81");
}

TEST(OnOneLine, BreaksAndBrokenBytesAreShownAsSuch) {
  EXPECT_EQ(OnOneLine("a\r\nb\xFF"), "a  b?");
}

}  // namespace
}  // namespace plumbline
