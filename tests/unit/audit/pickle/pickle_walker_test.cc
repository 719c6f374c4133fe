#include "harness/audit/pickle/pickle_walker.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

#include "tests/testing/error_matcher.h"

namespace plumbline::audit {
namespace {

using std::string_literals::operator""s;

Json Walk(const std::string& bytes) {
  return ToJson(WalkPickle(std::as_bytes(std::span(bytes)), "test").value);
}

// The bytes of each are those of Python's pickle.dumps(value, protocol), written out by hand.
TEST(PickleWalker, PlainValuesAreThemselves) {
  EXPECT_EQ(Walk("\x80\x02N."s), Json(nullptr));
  EXPECT_EQ(Walk("\x80\x02\x88."s), Json(true));
  EXPECT_EQ(Walk("\x80\x02\x89."s), Json(false));
  EXPECT_EQ(Walk("\x80\x02K\xff."s), Json(255));
  EXPECT_EQ(Walk("\x80\x02M\x01\x02."s), Json(513));
  EXPECT_EQ(Walk("\x80\x02J\xff\xff\xff\xff."s), Json(-1));
  EXPECT_EQ(Walk("\x80\x02\x8a\x05\x00\x00\x00\x00\x01."s), Json(int64_t{1} << 32));
  EXPECT_EQ(Walk("\x80\x02\x8a\x05\x00\x00\x00\x00\xff."s), Json(-(int64_t{1} << 32)));
  EXPECT_EQ(Walk("\x80\x02\x8a\x00."s), Json(0));
  EXPECT_EQ(Walk("\x80\x02G\x3f\xf8\x00\x00\x00\x00\x00\x00."s), Json(1.5));
  EXPECT_EQ(Walk("\x80\x02G\x7f\xf0\x00\x00\x00\x00\x00\x00."s), Json("Infinity"));
  EXPECT_EQ(Walk("\x80\x04\x8c\x02\xc3\xa9."s), Json("\u00e9"));
  EXPECT_EQ(Walk("\x80\x03"
                 "C\x02ok."s),
            Json("ok"));
}

TEST(PickleWalker, ContainersKeepTheirOrderAndTheLastKeyWins) {
  EXPECT_EQ(Walk("\x80\x02](K\x01K\x02" "e."s), Json({1, 2}));
  EXPECT_EQ(Walk("\x80\x02]K\x03" "a."s), Json({3}));
  EXPECT_EQ(Walk("\x80\x02K\x01N\x86."s), Json({1, nullptr}));
  EXPECT_EQ(Walk("\x80\x02}(X\x01\x00\x00\x00" "aK\x01X\x01\x00\x00\x00" "aK\x02u."s),
            Json({{"a", 2}}));
  EXPECT_EQ(Walk("\x80\x02}K\x07K\x08s."s), Json({{"7", 8}}));
  EXPECT_EQ(Walk("\x80\x04\x8f(K\x05\x90."s), Json({5}));
}

TEST(PickleWalker, AValueSharedThroughTheMemoIsSeenTwice) {
  EXPECT_EQ(Walk("\x80\x02](]q\x01K\x09" "ah\x01" "e."s), Json({{9}, {9}}));
  EXPECT_EQ(Walk("\x80\x04](\x8c\x01x\x94h\x00" "e."s), Json({"x", "x"}));
}

TEST(PickleWalker, AnEnumMemberIsItsValueInBothSpellings) {
  EXPECT_EQ(Walk("\x80\x02" "ctransformers.trainer_utils\nSchedulerType\n"
                 "X\x06\x00\x00\x00linear\x85R."s),
            Json("linear"));
  EXPECT_EQ(Walk("\x80\x02" "c__builtin__\ngetattr\nctransformers.trainer_utils\nSchedulerType\n"
                 "X\x06\x00\x00\x00LINEAR\x86R."s),
            Json("linear"));
}

TEST(PickleWalker, AnInstanceOfAnUnknownClassIsItsState) {
  const Json expected = {{"__class__", "mine.Arguments"}, {"a", 1}};
  EXPECT_EQ(Walk("\x80\x02" "cmine\nArguments\n)\x81}X\x01\x00\x00\x00" "aK\x01sb."s), expected);
}

TEST(PickleWalker, ACallOutsideTheListIsRefusedWithItsName) {
  EXPECT_ERROR(Walk("\x80\x02" "cposix\nsystem\nX\x02\x00\x00\x00ls\x85R."s), ErrorKind::kData,
               "opcode REDUCE at offset 24: found a call of 'posix system'");
  EXPECT_ERROR(Walk("\x80\x02" "cbuiltins\neval\nX\x01\x00\x00\x00" "1\x85R."s), ErrorKind::kData,
               "'builtins eval'");
  EXPECT_ERROR(Walk("\x80\x02" "ctorch.hub\nload\nX\x01\x00\x00\x00" "1\x85R."s), ErrorKind::kData,
               "'torch.hub load'");
  EXPECT_ERROR(Walk("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R."s), ErrorKind::kData,
               "'os system'");
}

TEST(PickleWalker, OpcodesThatAreNoDataAreNamedWithTheirOffset) {
  EXPECT_ERROR(Walk("\x80\x02NI1\n."s), ErrorKind::kData, "opcode INT at offset 3");
  EXPECT_ERROR(Walk("\x80\x02NQ."s), ErrorKind::kData, "opcode BINPERSID at offset 3");
  EXPECT_ERROR(Walk("\x80\x02\x82\x01."s), ErrorKind::kData, "opcode EXT1 at offset 2");
  EXPECT_ERROR(Walk("\x80\x05\x97."s), ErrorKind::kData, "opcode NEXT_BUFFER at offset 2");
  EXPECT_ERROR(Walk("\x80\x02\xfe."s), ErrorKind::kData, "opcode 0xfe at offset 2");
  EXPECT_ERROR(Walk("\x80\x06N."s), ErrorKind::kData, "found protocol 6, wanted 2 to 5");
}

TEST(PickleWalker, LengthsBeyondTheEndAreRefusedBeforeAnythingIsAllocated) {
  EXPECT_ERROR(Walk("\x80\x02X\xff\xff\xff\xff."s), ErrorKind::kData,
               "opcode BINUNICODE at offset 2");
  EXPECT_ERROR(Walk("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff."s), ErrorKind::kData,
               "18446744073709551615 more");
  EXPECT_ERROR(Walk("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f."s), ErrorKind::kData,
               "opcode FRAME");
  EXPECT_ERROR(Walk("\x80\x02\x8b\xff\xff\xff\xff."s), ErrorKind::kData, "opcode LONG4");
  EXPECT_ERROR(Walk("\x80\x02\x8a\x09" "123456789."s), ErrorKind::kData,
               "9 bytes, wanted 8 at most");
  EXPECT_ERROR(Walk("\x80\x02" "cos\nsystem"s), ErrorKind::kData, "opcode GLOBAL");
  EXPECT_ERROR(Walk("\x80\x02N"s), ErrorKind::kData, "the end of the bytes");
  EXPECT_ERROR(Walk(""), ErrorKind::kData, "the end of the bytes");
}

TEST(PickleWalker, AnEmptyStackMarkOrMemoIsRefused) {
  EXPECT_ERROR(Walk("\x80\x02."s), ErrorKind::kData,
               "opcode STOP at offset 2: found an empty stack");
  EXPECT_ERROR(Walk("\x80\x02t."s), ErrorKind::kData, "no mark on the stack");
  EXPECT_ERROR(Walk("\x80\x02h\x05."s), ErrorKind::kData, "no memo entry 5");
  EXPECT_ERROR(Walk("\x80\x02N(0."s), ErrorKind::kData, "an empty stack");
  EXPECT_ERROR(Walk("\x80\x02NN."s), ErrorKind::kData, "1 values left");
  EXPECT_ERROR(Walk("\x80\x02}(NK\x01Nu."s), ErrorKind::kData, "a key without a value");
  EXPECT_ERROR(Walk("\x80\x02NNa."s), ErrorKind::kData, "wanted a list");
  EXPECT_ERROR(Walk("\x80\x02N}b."s), ErrorKind::kData, "wanted an object to fill");
}

// Thirty levels of [x, x]: a billion values out of two hundred bytes.
TEST(PickleWalker, AMemoBombIsRefusedQuickly) {
  std::string bomb = "\x80\x02]q\x00"s;
  for (char level = 1; level <= 30; ++level) {
    const char below = static_cast<char>(level - 1);
    bomb += "](h"s + below + "h" + below + "eq" + level;
  }
  // The 31 lists lie on the stack; one tuple holds them.
  bomb = "\x80\x02("s + bomb.substr(2) + "t.";
  EXPECT_ERROR(Walk(bomb), ErrorKind::kData, "more than 200000 values once unfolded");
}

TEST(PickleWalker, AListInsideItselfIsRefused) {
  EXPECT_ERROR(Walk("\x80\x02]q\x00h\x00" "a."s), ErrorKind::kData, "nested more than 100 deep");
}

TEST(PickleWalker, DeepNestingIsRefused) {
  std::string deep = "\x80\x02"s + std::string(10000, ']') + std::string(9999, 'a') + ".";
  EXPECT_ERROR(Walk(deep), ErrorKind::kData, "nested more than 100 deep");
}

TEST(PickleWalker, MillionsOfValuesAreRefused) {
  EXPECT_ERROR(Walk("\x80\x02"s + std::string(3'000'000, 'N') + "."), ErrorKind::kData,
               "more than 1000000 values");
}

TEST(PickleWalker, ATextThatIsNoUtf8IsRefused) {
  EXPECT_ERROR(Walk("\x80\x04\x8c\x01\xff."s), ErrorKind::kData, "not UTF-8");
}

TEST(PickleWalker, TheNumberOfBytesEndsWithStop) {
  const std::string two = "\x80\x02K\x01.\x80\x02K\x02."s;
  const WalkedPickle first = WalkPickle(std::as_bytes(std::span(two)), "test");
  EXPECT_EQ(first.num_bytes, 5u);
  EXPECT_EQ(ToJson(first.value), Json(1));
}

}  // namespace
}  // namespace plumbline::audit
