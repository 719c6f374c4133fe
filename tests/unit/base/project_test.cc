#include "harness/base/project.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "harness/base/file.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline {
namespace {

TEST(FindProjectFile, PrefersTheFileAsGivenAndFallsBackToTheRoot) {
  const testing::TemporaryDirectory root;
  std::filesystem::create_directory(root / "models");
  WriteFileAtomic(root / "models/a.yaml", "x");
  ::setenv("PLUMBLINE_ROOT", root.path().c_str(), 1);
  EXPECT_EQ(FindProjectFile("models/a.yaml"), root / "models/a.yaml");
  EXPECT_EQ(FindProjectFile("models/none.yaml"), "models/none.yaml");
  EXPECT_EQ(FindProjectFile((root / "models/a.yaml").string()), root / "models/a.yaml");
  ::unsetenv("PLUMBLINE_ROOT");
}

TEST(FindProgram, MissingProgramIsOneError) {
  const testing::TemporaryDirectory root;
  ::setenv("PLUMBLINE_ROOT", root.path().c_str(), 1);
  EXPECT_ERROR(FindProgram("no-such-program", "x/no-such-program"), ErrorKind::kEnvironment, "no-such-program");
  ::unsetenv("PLUMBLINE_ROOT");
}

}  // namespace
}  // namespace plumbline
