#include "harness/audit/shared_files.h"

#include <gtest/gtest.h>

namespace plumbline::audit {
namespace {

TEST(SharedFiles, AValueIsMadeOnceForItsKeyAndType) {
  SharedFiles files;
  int made = 0;
  const auto get = [&](const std::string& key) { return *files.Get<int>(key, 2, [&] { return ++made; }); };
  EXPECT_EQ(get("a"), 1);
  EXPECT_EQ(get("a"), 1);
  EXPECT_EQ(get("b"), 2);
  EXPECT_EQ(*files.Get<std::string>("a", 2, [] { return "text"; }), "text");
  EXPECT_EQ(get("a"), 1);
}

TEST(SharedFiles, OfEachTypeTheNewestAreKept) {
  SharedFiles files;
  int made = 0;
  const auto get = [&](const std::string& key) { return files.Get<int>(key, 2, [&] { return ++made; }); };
  const auto first = get("a");
  get("b");
  get("c");
  EXPECT_EQ(*get("b"), 2);
  EXPECT_EQ(*get("c"), 3);
  EXPECT_EQ(*get("a"), 4);
  EXPECT_EQ(*first, 1);  // who holds a value keeps it
}

TEST(SharedFiles, WithoutFilesOrKeyNothingIsShared) {
  SharedFiles files;
  int made = 0;
  const auto make = [&] { return ++made; };
  EXPECT_EQ(*GetShared<int>(nullptr, "a", 2, make), 1);
  EXPECT_EQ(*GetShared<int>(&files, "", 2, make), 2);
  EXPECT_EQ(*GetShared<int>(&files, "", 2, make), 3);
  EXPECT_EQ(*GetShared<int>(&files, "a", 2, make), 4);
  EXPECT_EQ(*GetShared<int>(&files, "a", 2, make), 4);
}

}  // namespace
}  // namespace plumbline::audit
