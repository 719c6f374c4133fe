#include "harness/base/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline {
namespace {

using ::plumbline::testing::TemporaryDirectory;

// Lowers the largest file this process may write, for the life of the object: a disk that is full.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(WriteFileAtomic, ReadsBackWhatWasWritten) {
  const TemporaryDirectory directory;
  const std::string bytes("a\0b\n", 4);
  WriteFileAtomic(directory / "f", bytes);
  EXPECT_EQ(ReadFile(directory / "f"), bytes);
}

TEST(WriteFileAtomic, FullDiskKeepsTheOldContentAndLeavesNoTemporaryFile) {
  const TemporaryDirectory directory;
  WriteFileAtomic(directory / "f", "old");
  {
    const SmallFiles limit(1024);
    EXPECT_ERROR(WriteFileAtomic(directory / "f", std::string(4096, 'x')), ErrorKind::kEnvironment,
                 "File too large");
  }
  EXPECT_EQ(ReadFile(directory / "f"), "old");
  EXPECT_EQ(directory.List(), std::vector<std::string>{"f"});
}

TEST(WriteFileAtomic, MissingDirectoryIsAnErrorWithThePath) {
  const TemporaryDirectory directory;
  EXPECT_ERROR(WriteFileAtomic(directory / "no/f", "x"), ErrorKind::kEnvironment, "no/f");
}

TEST(AtomicFile, WithoutCommitNothingStays) {
  const TemporaryDirectory directory;
  {
    AtomicFile file(directory / "f");
    file.Write("half");
  }
  EXPECT_TRUE(directory.List().empty());
}

TEST(ReadFile, MissingFileNamesPathAndReason) {
  EXPECT_ERROR(ReadFile("/nonexistent/f"), ErrorKind::kData, "'/nonexistent/f': found No such file");
}

TEST(ReadFile, DirectoryIsRefused) {
  const TemporaryDirectory directory;
  EXPECT_ERROR(ReadFile(directory.path()), ErrorKind::kData, "a directory");
}

TEST(MappedFile, MapsTheBytesAndAnEmptyFile) {
  const TemporaryDirectory directory;
  WriteFileAtomic(directory / "f", "xyz");
  WriteFileAtomic(directory / "empty", "");
  const MappedFile file(directory / "f");
  ASSERT_EQ(file.bytes().size(), 3u);
  EXPECT_EQ(file.bytes()[2], std::byte{'z'});
  EXPECT_TRUE(MappedFile(directory / "empty").bytes().empty());
}

}  // namespace
}  // namespace plumbline
