// Bad input and bad luck, end to end: one clear error, the right exit status, nothing lost or half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/suite/process.h"
#include "tests/e2e/incident/miniature.h"

namespace plumbline::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kInterrupted = 130;

class Faults : public ::testing::Test {
 protected:
  // Runs the miniature into out/ under a shell prefix; stderr is kept in err.txt.
  int Run(const std::string& prefix, const std::string& further = "") {
    const std::string command = "cd " + mini_.path().string() + " && " + prefix + " " +
                                Runfile("harness/cli/plumbline-engine").string() +
                                " run mini.suite.yaml --out out " + further + " 2> err.txt";
    return suite::RunProcess({"/bin/sh", "-c", command});
  }

  // The one line that begins with the program's name.
  std::string ErrorLine() {
    const std::string text = ReadFile(mini_.path() / "err.txt");
    const size_t start = text.find("plumbline-engine: ");
    EXPECT_NE(start, std::string::npos) << text;
    EXPECT_EQ(text.find("plumbline-engine: ", start + 1), std::string::npos) << "more than one error:\n" << text;
    return start == std::string::npos ? text : text.substr(start, text.find('\n', start) - start);
  }

  void ExpectNothingHalfWritten() {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(mini_.path())) {
      EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr(".tmp")));
    }
    EXPECT_FALSE(std::filesystem::exists(mini_.path() / "out/observations.json"));
  }

  // A copy of the golden checkpoint that a test may spoil, and a preset that names it.
  std::filesystem::path CopyCheckpoint() {
    const std::filesystem::path copy = mini_.path() / "checkpoint";
    std::filesystem::create_directory(copy);
    for (const char* name : {"config.json", "generation_config.json", "model.safetensors"}) {
      WriteFileAtomic(copy / name, ReadFile(Runfile("tests/golden/bart/single") / name));
    }
    mini_.WriteFile("presets/mini.yaml", "model:\n  type: bart\n  path: " + copy.string() +
                                             "\ntraining:\n  per_device_train_batch_size: 2\n  num_train_epochs: 1\n");
    return copy;
  }

  Miniature mini_;
};

TEST_F(Faults, ATruncatedCheckpointIsOneErrorThatNamesTheFile) {
  const std::filesystem::path weights = CopyCheckpoint() / "model.safetensors";
  const std::string bytes = ReadFile(weights);
  WriteFileAtomic(weights, bytes.substr(0, bytes.size() - 100));
  EXPECT_EQ(Run(""), 2);
  EXPECT_THAT(ErrorLine(), AllOf(HasSubstr("model.safetensors"), HasSubstr("found"), HasSubstr("wanted"), HasSubstr("try")));
  ExpectNothingHalfWritten();
}

TEST_F(Faults, TrainingInHalfWeightsIsRefusedBeforeAnythingIsWritten) {
  for (const char* dtype : {"bfloat16", "float16", "auto"}) {
    EXPECT_EQ(Run("", std::string("--set model.dtype=") + dtype), 2);
    EXPECT_THAT(ErrorLine(), AllOf(HasSubstr(std::string("model.dtype = ") + dtype), HasSubstr("float32")));
    EXPECT_FALSE(std::filesystem::exists(mini_.path() / "out"));
  }
}

TEST_F(Faults, BrokenYamlIsOneErrorWithItsPlace) {
  mini_.WriteSuite("training: {learning_rate: 1e-3\n");
  EXPECT_EQ(Run(""), 2);
  EXPECT_THAT(ErrorLine(), HasSubstr("mini.suite.yaml"));
  ExpectNothingHalfWritten();
}

TEST_F(Faults, AMissingDataFileIsOneErrorThatNamesIt) {
  std::filesystem::remove(mini_.path() / "train.jsonl");
  EXPECT_EQ(Run(""), 2);
  EXPECT_THAT(ErrorLine(), HasSubstr("train.jsonl"));
  ExpectNothingHalfWritten();
}

TEST_F(Faults, DataOfAnotherDigestThanItsManifestIsRefused) {
  mini_.WriteFile("manifest.json", DumpJson({{"files", {{"train.jsonl", {{"sha256", std::string(64, '0')}}}}}}));
  EXPECT_EQ(Run(""), 2);
  EXPECT_THAT(ErrorLine(), AllOf(HasSubstr("train.jsonl"), HasSubstr(std::string(64, '0'))));
  ExpectNothingHalfWritten();
}

TEST_F(Faults, AFullDiskIsOneErrorAndLeavesNoHalfFile) {
  // No file may grow beyond 8 blocks of 512 bytes: the checkpoint does.
  EXPECT_EQ(Run("ulimit -f 8;"), 4);
  EXPECT_THAT(ErrorLine(), AllOf(HasSubstr("writing"), HasSubstr("File too large")));
  ExpectNothingHalfWritten();
}

TEST_F(Faults, AnInterruptedTrainingCanGoOn) {
  mini_.WriteSuite("training:\n  num_train_epochs: 4000\n  save_total_limit: 1\n  save_steps: 100\n  eval_steps: 100000\n");
  EXPECT_EQ(Run("timeout --preserve-status -s INT 4"), kInterrupted);
  const std::string error = ErrorLine();
  EXPECT_THAT(error, AllOf(HasSubstr("interrupted"), HasSubstr("checkpoint-")));
  ExpectNothingHalfWritten();
  const size_t name = error.find("checkpoint-");
  const std::string checkpoint = error.substr(name, error.find_first_not_of("checkpoint-0123456789", name) - name);
  ASSERT_TRUE(std::filesystem::exists(mini_.path() / "out" / checkpoint / "manifest.json")) << error;
  EXPECT_EQ(Run("timeout --preserve-status -s INT 4", "--resume out/" + checkpoint), kInterrupted);
  EXPECT_THAT(ReadFile(mini_.path() / "err.txt"), ::testing::Not(HasSubstr("train 1/")));
}

TEST_F(Faults, ResumingUnderAnotherSemanticSettingIsRefusedByName) {
  ASSERT_EQ(Run(""), 0) << ReadFile(mini_.path() / "err.txt");
  EXPECT_EQ(Run("", "--set training.learning_rate=2e-3 --resume out/checkpoint-8"), 2);
  EXPECT_THAT(ErrorLine(), HasSubstr("training.learning_rate"));
}

TEST_F(Faults, GoodInputRunsThrough) {
  EXPECT_EQ(Run(""), 0) << ReadFile(mini_.path() / "err.txt");
  for (const char* name : {"resolved_config.json", "trainer_state.json", "ledger.json", "observations.json",
                           "predictions.jsonl", "environment.json", "all_results.json", "model.safetensors"}) {
    EXPECT_TRUE(std::filesystem::exists(mini_.path() / "out" / name)) << name;
  }
}

}  // namespace
}  // namespace plumbline::testing
