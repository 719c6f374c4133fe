#include "harness/base/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

// Begins the file `path` in a process that ends without committing it; the process's id, which nobody has any more.
pid_t BeginAndDie(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file(path);
    file.Write("half");
    ::_exit(0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  return child;
}

TEST(IsAbandoned, KnowsWhatADeadProcessLeft) {
  const TemporaryDirectory directory;
  BeginAndDie(directory / "model.tmp.1.safetensors");
  const std::vector<std::string> left = directory.List();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_TRUE(IsAbandoned(left[0])) << left[0];
}

TEST(IsAbandoned, LeavesAFileThatIsBeingWritten) {
  const TemporaryDirectory directory;
  AtomicFile file(directory / "f");
  const std::vector<std::string> begun = directory.List();
  ASSERT_EQ(begun.size(), 1u);
  EXPECT_FALSE(IsAbandoned(begun[0])) << begun[0];
}

TEST(IsAbandoned, LeavesOtherNames) {
  const TemporaryDirectory directory;
  const std::string process = std::to_string(BeginAndDie(directory / "f"));
  for (const std::string& name : {std::string(), std::string("f"), "f." + process, "f.tmp" + process, "f.tmp." + process + ".json",
                                  std::string("f.tmp."), std::string("f.tmp.x"), std::string("f.tmp.0"),
                                  std::string("f.tmp.-1"), std::string("f.tmp.20260101"),
                                  std::string("f.tmp.99999999999")}) {
    EXPECT_FALSE(IsAbandoned(name)) << name;
  }
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
