#include "harness/base/sha256.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

// Vectors of FIPS 180-4's examples.
TEST(Sha256, EmptyMessage) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, OneBlock) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, TwoBlocks) {
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, MillionTimesA) {
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheSameDigestAsTheWhole) {
  const std::string text(300, 'q');
  for (size_t cut = 0; cut <= text.size(); cut += 7) {
    Sha256 digest;
    digest.Update(text.substr(0, cut));
    digest.Update(text.substr(cut));
    EXPECT_EQ(digest.HexDigest(), Sha256Hex(text)) << cut;
  }
}

}  // namespace
}  // namespace plumbline
