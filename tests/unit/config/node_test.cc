#include "harness/config/node.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::config {
namespace {

TEST(Node, KeepsPlaceAndQuotingOfEachScalar) {
  const Node root = ParseYaml("a:\n  b: 8\n  c: \"8\"\n", "f");
  const Node& section = root.members.at(0).value;
  EXPECT_EQ(PlaceOf("f", section.members.at(0).value), "f:2:6");
  EXPECT_FALSE(section.members.at(0).value.quoted);
  EXPECT_TRUE(section.members.at(1).value.quoted);
  EXPECT_EQ(section.members.at(1).value.text, "8");
}

TEST(Node, JsonIsYaml) {
  const Node root =
      ParseYaml("{\n\t\"a\": [1, 2.5, null, \"x\\u00e9\"],\n\t\"b\": {\"c\": true}\n}\n", "f.json");
  const Node& list = root.members.at(0).value;
  ASSERT_EQ(list.items.size(), 4u);
  EXPECT_EQ(list.items[1].text, "2.5");
  EXPECT_EQ(list.items[2].kind, Node::Kind::kNull);
  EXPECT_EQ(list.items[3].text, "x\xc3\xa9");
}

TEST(Node, EmptyDocumentIsAnEmptyMap) {
  for (const char* text : {"", "# only a comment\n", "---\n"}) {
    const Node root = ParseYaml(text, "f");
    EXPECT_EQ(root.kind, Node::Kind::kMap) << text;
    EXPECT_TRUE(root.members.empty());
  }
}

TEST(Node, DuplicateKeyNamesBothPlaces) {
  EXPECT_ERROR(ParseYaml("a: 1\nb: 2\na: 3\n", "f"), ErrorKind::kUsage,
               "f:3:1: found the key 'a' a second time (first at f:1:1)");
}

TEST(Node, AnchorsAliasesAndMergeKeysAreRefused) {
  EXPECT_ERROR(ParseYaml("a: &x 1\n", "f"), ErrorKind::kUsage, "f:1:");
  EXPECT_ERROR(ParseYaml("a: &x {b: 1}\nc: *x\n", "f"), ErrorKind::kUsage, "an anchor or alias");
  EXPECT_ERROR(ParseYaml("a:\n  <<: {b: 1}\n", "f"), ErrorKind::kUsage,
               "f:2:3: found the merge key");
}

TEST(Node, TagsAreRefusedExceptText) {
  EXPECT_TRUE(ParseYaml("a: !!str 8\n", "f").members.at(0).value.quoted);
  EXPECT_ERROR(ParseYaml("a: !!int \"8\"\n", "f"), ErrorKind::kUsage, "the tag");
  EXPECT_ERROR(ParseYaml("a: !secret x\n", "f"), ErrorKind::kUsage, "the tag '!secret'");
}

TEST(Node, SecondDocumentIsRefused) {
  EXPECT_ERROR(ParseYaml("a: 1\n---\nb: 2\n", "f"), ErrorKind::kUsage, "a second document");
}

TEST(Node, BrokenYamlNamesItsPlace) {
  EXPECT_ERROR(ParseYaml("a: 1\nb: [1, 2\n", "f"), ErrorKind::kUsage, "f:");
  EXPECT_ERROR(ParseYaml("a: \"unclosed\n", "f"), ErrorKind::kUsage, "text that is not YAML");
  EXPECT_ERROR(ParseYaml("a:\n\tb: 1\n", "f"), ErrorKind::kUsage, "f:2:");
}

TEST(Node, BrokenUtf8IsRefused) {
  EXPECT_ERROR(ParseYaml("a: \xff\n", "f"), ErrorKind::kUsage,
               "bytes that are not UTF-8 at byte 3");
}

TEST(Node, KeyThatIsNoNameIsRefused) {
  EXPECT_ERROR(ParseYaml("? [a, b]\n: 1\n", "f"), ErrorKind::kUsage, "a key that is no plain name");
}

}  // namespace
}  // namespace plumbline::config
