#include "harness/check/machine.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::check {
namespace {

Environment Machine(Fields fields) {
  Environment environment;
  environment.machine = std::move(fields);
  return environment;
}

TEST(ParseFields, ReadsWhatTheRepositoryRuleWrites) {
  const Fields fields =
      ParseFields("# key\n\ncpu.isa = avx,avx2\ncpu.model = A  B (R) = C\nempty =\n", "key.txt");
  EXPECT_EQ(fields,
            (Fields{{"cpu.isa", "avx,avx2"}, {"cpu.model", "A  B (R) = C"}, {"empty", ""}}));
}

TEST(ParseFields, BrokenLineAndDoubledNameHaveTheirLine) {
  EXPECT_ERROR(ParseFields("a = 1\nnonsense\n", "key.txt"), ErrorKind::kData, "key.txt:2");
  EXPECT_ERROR(ParseFields("a = 1\na = 2\n", "key.txt"), ErrorKind::kData, "'a' twice");
}

TEST(KeyOf, ModelNameIsAMatterOfSpeedAndIsaOfBoth) {
  const MachineKey key =
      KeyOf(Machine({{"cpu.isa", "avx2"}, {"cpu.model", "m"}, {"package.libyaml-cpp-dev", "1"}}));
  EXPECT_EQ(key.numeric, (Fields{{"cpu.isa", "avx2"}}));
  EXPECT_EQ(key.performance, (Fields{{"cpu.isa", "avx2"}, {"cpu.model", "m"}}));
}

TEST(KeyOf, FieldThatNobodyClassifiedIsInBoth) {
  const MachineKey key = KeyOf(Machine({{"gpu.driver", "1"}}));
  EXPECT_TRUE(key.numeric.contains("gpu.driver"));
  EXPECT_TRUE(key.performance.contains("gpu.driver"));
}

TEST(CompareFields, NamesWhatDiffersAndWhatOneSideLacks) {
  const auto differences =
      CompareFields({{"a", "1"}, {"b", "2"}, {"c", "3"}}, {{"a", "1"}, {"b", "9"}, {"d", "4"}});
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(differences[0].name, "b");
  EXPECT_EQ(differences[1].candidate, "absent");
  EXPECT_EQ(differences[2].baseline, "absent");
  EXPECT_EQ(Describe(differences, 1), "b (2, here 9) and 2 more");
}

TEST(CompareFields, AnAbsentFieldIsNotTheWordAbsent) {
  EXPECT_EQ(CompareFields({{"a", "absent"}}, {}).size(), 1u);
}

TEST(FileStemOf, IsReadableStableAndDependsOnEveryField) {
  MachineKey key =
      KeyOf(Machine({{"cpu.isa", "avx,avx2,fma"}, {"kernel.machine", "x86_64"}, {"threads", "2"}}));
  const std::string stem = FileStemOf(key);
  EXPECT_EQ(stem.substr(0, stem.size() - 8), "x8664-avx2-t2-");
  EXPECT_EQ(stem, FileStemOf(key));
  key.performance["cpu.model"] = "other";
  EXPECT_NE(stem, FileStemOf(key));
}

TEST(EnvironmentJson, ReadsBack) {
  Environment environment = Machine({{"threads", "2"}});
  environment.code = {{"binary", "b"}};
  environment.covariates = {{"load", "0.5"}};
  const std::string text = DumpJson(ToJson(environment));
  EXPECT_EQ(DumpJson(ToJson(EnvironmentFromJson(ParseJson(text, "t")))), text);
}

}  // namespace
}  // namespace plumbline::check
