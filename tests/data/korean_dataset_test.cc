// The built data set is the one whose digests are committed.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"

namespace plumbline::data::korean {
namespace {

const std::filesystem::path kFolder = "harness/data/korean/dataset";
const std::filesystem::path kCommitted = "harness/data/korean/manifest.json";

TEST(Dataset, EqualsTheCommittedManifest) {
  EXPECT_EQ(ReadFile(kFolder / "manifest.json"), ReadFile(kCommitted))
      << "the data changed: raise kLexiconVersion and copy "
         "bazel-bin/harness/data/korean/dataset/manifest.json";
}

TEST(Dataset, FilesHaveTheDigestsAndRowsOfTheManifest) {
  const Json manifest = ReadJsonFile(kCommitted);
  for (const auto& [name, file] : manifest.at("files").items()) {
    EXPECT_EQ(Sha256OfFile(kFolder / name), file.at("sha256").get<std::string>()) << name;
    if (!name.ends_with(".jsonl")) continue;
    const std::string bytes = ReadFile(kFolder / name);
    EXPECT_EQ(std::count(bytes.begin(), bytes.end(), '\n'), file.at("rows").get<int64_t>()) << name;
  }
}

TEST(Dataset, RecordsHaveTheFourFields) {
  std::ifstream lines(kFolder / "validation.jsonl");
  std::string line;
  int64_t count = 0;
  while (std::getline(lines, line)) {
    const Json record = ParseJson(line, "validation.jsonl");
    EXPECT_EQ(record.size(), 4u);
    EXPECT_EQ(record.at("fname").get<std::string>(), "dev_" + std::to_string(count));
    for (const char* field : {"dialogue", "summary", "topic"})
      EXPECT_FALSE(record.at(field).get<std::string>().empty());
    ++count;
  }
  EXPECT_EQ(count, 499);
}

}  // namespace
}  // namespace plumbline::data::korean
