#include "harness/train/checkpoint_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "harness/base/file.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::train {
namespace {

using ::plumbline::testing::TemporaryDirectory;
using ::testing::ElementsAre;

namespace fs = std::filesystem;

fs::path Write(const TemporaryDirectory& output, int64_t step, const std::string& content = "weights") {
  return WriteCheckpointDirectory(output.path(), step, [&](const fs::path& directory) {
    WriteFileAtomic(directory / "model", content);
    WriteFileAtomic(directory / "state", "state of " + std::to_string(step));
  });
}

TEST(CheckpointDirectory, IsSealedAndComplete) {
  const TemporaryDirectory output;
  const fs::path checkpoint = Write(output, 12);
  EXPECT_EQ(checkpoint.filename(), "checkpoint-12");
  EXPECT_EQ(DefectOf(checkpoint), "");
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-12"));
}

TEST(CheckpointDirectory, SecondWriteOfAStepReplacesTheFirst) {
  const TemporaryDirectory output;
  Write(output, 3, "old");
  Write(output, 3, "new");
  EXPECT_EQ(ReadFile(output / "checkpoint-3" / "model"), "new");
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-3"));
}

TEST(CheckpointDirectory, FailureInTheMiddleLeavesTheOlderOneAndNothingElse) {
  const TemporaryDirectory output;
  Write(output, 3, "old");
  EXPECT_ERROR(WriteCheckpointDirectory(output.path(), 3,
                                        [](const fs::path& directory) {
                                          WriteFileAtomic(directory / "model", "new");
                                          Fail(ErrorKind::kEnvironment, "writing", "a full disk", "room", "again");
                                        }),
               ErrorKind::kEnvironment, "a full disk");
  EXPECT_EQ(ReadFile(output / "checkpoint-3" / "model"), "old");
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-3"));
}

TEST(CheckpointDirectory, EveryKindOfDamageIsSeenAndNamed) {
  const TemporaryDirectory output;
  const fs::path checkpoint = Write(output, 1);
  WriteFileAtomic(checkpoint / "model", "WEIGHTS");  // same size
  EXPECT_EQ(DefectOf(checkpoint), "model: other bytes");
  WriteFileAtomic(checkpoint / "model", "weig");
  EXPECT_EQ(DefectOf(checkpoint), "model: 4 bytes instead of 7");
  fs::remove(checkpoint / "model");
  EXPECT_ERROR(RequireComplete(checkpoint), ErrorKind::kModel, "model: missing");
  WriteFileAtomic(checkpoint / "manifest.json", "{\"files\": {\"model\"");
  EXPECT_THAT(DefectOf(checkpoint), ::testing::StartsWith("manifest.json: "));
  fs::remove(checkpoint / "manifest.json");
  EXPECT_EQ(DefectOf(checkpoint), "manifest.json: missing");
}

TEST(CheckpointDirectory, LastCompleteOneIsFoundByNumber) {
  const TemporaryDirectory output;
  EXPECT_EQ(FindLastCheckpoint(output.path()), std::nullopt);
  EXPECT_EQ(FindLastCheckpoint(output / "missing"), std::nullopt);
  Write(output, 9);
  Write(output, 10);
  fs::remove(Write(output, 11) / "state");
  fs::create_directories(output / "checkpoint-x");
  EXPECT_EQ(FindLastCheckpoint(output.path()), output / "checkpoint-10");
}

TEST(CheckpointDirectory, RotationKeepsTheNewestAndTheBest) {
  const TemporaryDirectory output;
  for (const int64_t step : {2, 4, 6, 8, 10}) Write(output, step);
  RotateCheckpoints(output.path(), 3, output / "checkpoint-2");
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-10", "checkpoint-2", "checkpoint-8"));
  RotateCheckpoints(output.path(), 1, output / "checkpoint-2");
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-10", "checkpoint-2"));
  RotateCheckpoints(output.path(), 1, "");
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-10"));
}

// A process id that belongs to nobody: of a child that is gone.
std::string DeadProcess() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return std::to_string(child);
}

TEST(CheckpointDirectory, LeftoversOfTheDeadGoAndThoseOfTheLivingStay) {
  const TemporaryDirectory output;
  Write(output, 4);
  fs::create_directories(output / ".checkpoint-8.tmp");
  const std::string folder = "mine.tmp." + DeadProcess();  // nothing here makes folders of such a name
  fs::create_directories(output / folder);
  const std::string alive = std::to_string(::getpid());
  for (const std::string& name : {std::string("results.json"), std::string("notes.tmp.txt"),
                                  "results.json.tmp." + DeadProcess(), "results.json.tmp." + alive})
    WriteFileAtomic(output / name, "{}");
  RemoveLeftovers(output.path());
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-4", folder, "notes.tmp.txt", "results.json",
                                         "results.json.tmp." + alive));
}

// A child rewrites one checkpoint as fast as it can and is killed at different moments.
TEST(CheckpointDirectory, KillAtAnyMomentLeavesACompleteCheckpoint) {
  const TemporaryDirectory output;
  Write(output, 5, "first");
  for (int round = 0; round < 40; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) Write(output, 5, std::string(10000, 'x'));
    }
    ::usleep(static_cast<useconds_t>(300 + 397 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ASSERT_EQ(DefectOf(output / "checkpoint-5"), "") << "round " << round;
    ASSERT_EQ(FindLastCheckpoint(output.path()), output / "checkpoint-5");
    RemoveLeftovers(output.path());
    ASSERT_THAT(output.List(), ElementsAre("checkpoint-5"));
  }
}

}  // namespace
}  // namespace plumbline::train
