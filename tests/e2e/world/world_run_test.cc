// Training with several processes, from the command line: N ranks do what one does with N times the batch, and a rank
// that dies leaves a checkpoint that goes on.
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/suite/process.h"
#include "models/safetensors.h"
#include "tests/e2e/incident/miniature.h"
#include "tests/testing/command.h"

namespace plumbline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Each rank sums its own rows first: the order of addition differs, nothing else.
constexpr double kLossRelativeTolerance = 1e-5;
constexpr double kNormRelativeTolerance = 1e-5;

// 400 steps of four rows: time enough to be stopped in the middle.
const std::string kLong =
    "--batch-size 2 --epochs 100 --set training.save_steps=20 --set training.eval_steps=1000";

class WorldRun : public ::testing::Test {
 protected:
  int Shell(const std::string& command) {
    return suite::RunProcess(
        {"/bin/sh", "-c", "cd " + mini_.path().string() + " && (" + command + ") > said.txt 2>&1"});
  }

  static std::string Train(const std::string& out, const std::string& words) {
    return Runfile("harness/cli/plumbline-engine").string() + " run mini.suite.yaml --out " + out +
           " --set training.logging_steps=1 " + words;
  }

  std::string Said() const { return ReadFile(mini_.path() / "said.txt"); }

  Json Read(const std::string& name) const { return ReadJsonFile(mini_.path() / name); }

  // A field of every step's row in the log.
  std::vector<double> Logged(const std::string& out, const char* field) const {
    std::vector<double> values;
    const Json state = Read(out + "/trainer_state.json");
    for (const Json& row : state.at("log_history")) {
      if (row.contains(field)) values.push_back(row.at(field).get<double>());
    }
    EXPECT_FALSE(values.empty()) << "no " << field << " in the log of " << out;
    return values;
  }

  void ExpectNear(const std::vector<double>& found, const std::vector<double>& wanted,
                  double relative) {
    ASSERT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i] / wanted[i], 1, relative) << "step " << i + 1;
  }

  // Five epochs: 20 steps of four rows, the last accumulation windows included.
  void ExpectEqualsOneRank(const std::string& ranks, const std::string& batch,
                           const std::string& whole_batch, const std::string& words) {
    ASSERT_EQ(Shell(Train("one", "--batch-size " + whole_batch + words)), 0) << Said();
    ASSERT_EQ(Shell(kMpirun + ranks + " " + Train("many", "--batch-size " + batch + words)), 0)
        << Said();
    ExpectNear(Logged("many", "loss"), Logged("one", "loss"), kLossRelativeTolerance);
    ExpectNear(Logged("many", "grad_norm"), Logged("one", "grad_norm"), kNormRelativeTolerance);
    const Json one = Read("one/ledger.json"), many = Read("many/ledger.json");
    EXPECT_EQ(many.at("declared").at("world_size"), std::stoi(ranks));
    for (const char* count :
         {"micro_batches", "examples", "source_tokens", "target_tokens", "processed_tokens",
          "backward_calls", "optimizer_steps", "micro_batches_per_step_min",
          "micro_batches_per_step_max", "example_order_digest", "taken_rows"}) {
      EXPECT_EQ(many.at("observed").at(count), one.at("observed").at(count)) << count;
    }
    // Products are of rows, and the rows are the same; two processes do not count twice.
    EXPECT_EQ(many.at("observed").at("flops"), one.at("observed").at("flops"));
    EXPECT_EQ(Read("many/observations.json").at("status"), "complete");
  }

  Miniature mini_;
};

TEST_F(WorldRun, TwoRanksEqualOneWithTwiceTheBatch) {
  ExpectEqualsOneRank("2", "2", "4", " --epochs 5");
}

// 16 rows by nine: 9 and 7, shared 3 3 3 and 2 2 3; windows of two micro-batches.
TEST_F(WorldRun, ThreeRanksEqualOneWhereRowsDoNotDivide) {
  ExpectEqualsOneRank("3", "3", "9", " --epochs 20 --gradient-accumulation-steps 2");
}

// The last micro-batch has one row: two ranks of three have none.
TEST_F(WorldRun, ARankWithoutRowsTakesPart) {
  ExpectEqualsOneRank("3", "1", "3", " --epochs 4");
}

// Factors alone are summed over the ranks; 9 and 7 rows by three, windows of two. Then over weights in 4 bits.
TEST_F(WorldRun, AnAdapterTrainsAsOnOneRank) {
  const std::string lora = " --set lora.r=2 --set lora.alpha=8 --set lora.target_modules=all-linear";
  ExpectEqualsOneRank("3", "3", "9", " --epochs 20 --gradient-accumulation-steps 2" + lora);
  ExpectEqualsOneRank("2", "2", "4",
                      " --epochs 5 --set quantization.load_in_4bit=true"
                      " --set quantization.bnb_4bit_quant_type=nf4" + lora);
  const Json many = Read("many/ledger.json");
  EXPECT_EQ(many.at("observed").at("adapter_modules"), many.at("declared").at("adapter_modules"));
  EXPECT_EQ(many.at("observed").at("trainable_parameters"), many.at("declared").at("trainable_parameters"));
}

// After one step from zero the first moment is (1 - beta1) times the gradient, clipping aside: the checkpoints' moments
// compare gradients, tensor by tensor. 1e-6 of the largest element anywhere.
TEST_F(WorldRun, OneStepsGradientsEqualOneRanks) {
  const std::string words = " --set training.max_steps=1 --set training.max_grad_norm=0";
  ASSERT_EQ(Shell(Train("one", "--batch-size 8" + words)), 0) << Said();
  ASSERT_EQ(Shell(kMpirun + "2 " + Train("two", "--batch-size 4" + words)), 0) << Said();
  const models::SafetensorsFile one(mini_.path() / "one/checkpoint-1/optimizer.safetensors");
  const models::SafetensorsFile two(mini_.path() / "two/checkpoint-1/optimizer.safetensors");
  double largest = 0, difference = 0;
  for (const models::StoredTensor& entry : one.header().tensors) {
    if (!entry.name.starts_with("exp_avg/")) continue;
    const models::StoredTensor* twin = two.Find(entry.name);
    ASSERT_NE(twin, nullptr) << entry.name;
    const at::Tensor wanted = one.View(entry), found = two.View(*twin);
    largest = std::max(largest, wanted.abs().max().item<double>());
    difference = std::max(difference, (found - wanted).abs().max().item<double>());
  }
  EXPECT_GT(largest, 0);
  EXPECT_LE(difference, 1e-6 * largest);
}

TEST_F(WorldRun, AnotherSettingOnOneRankIsRefused) {
  const std::string run = Train("out", "--epochs 1");
  EXPECT_NE(Shell(kMpirun + "1 " + run + " --learning-rate 1e-3 : -np 1 " + run + " --learning-rate 2e-3"), 0);
  EXPECT_THAT(Said(), HasSubstr("another configuration on rank 1 than on rank 0"));
}

// Exit status of a command below whose run never came to checkpoint-20; no status of ours, of mpirun's or of a signal.
constexpr int kNeverThere = 77;

// The ranks, in order: the launcher's children (a bare Debian has no pgrep).
constexpr const char* kRanks = "$(cat /proc/$launcher/task/$launcher/children)";

// Starts two ranks and runs `stroke` ($launcher is their launcher) once out/checkpoint-20 is there. A run that ended
// before, or took longer than a minute, ends as kNeverThere and says so.
std::string StruckAtCheckpoint(const std::string& run, const std::string& stroke) {
  return kMpirun + "2 " + run +
         " & launcher=$!; waited=0; until [ -e out/checkpoint-20 ]; do "
         "if ! kill -0 $launcher 2> /dev/null; then "
         "wait $launcher; echo \"the run ended with status $? before checkpoint-20\"; exit " +
         std::to_string(kNeverThere) +
         "; fi; if [ $waited -ge 1200 ]; then "
         "kill -KILL " + kRanks + " $launcher; echo \"no checkpoint-20 after a minute\"; exit " +
         std::to_string(kNeverThere) +
         "; fi; sleep 0.05; waited=$((waited + 1)); done; " + stroke + "; wait $launcher";
}

TEST_F(WorldRun, ARunThatDiesBeforeItsCheckpointIsNotWaitedFor) {
  EXPECT_EQ(Shell(StruckAtCheckpoint(Train("out", "--batch-size 0"), "true")), kNeverThere);
  EXPECT_THAT(Said(), HasSubstr("before checkpoint-20"));
}

// The victim dies of SIGKILL; the rest is told by the launcher or notices.
class LostRank : public WorldRun, public ::testing::WithParamInterface<const char*> {};

TEST_P(LostRank, LeavesACheckpointThatGoesOnToTheSameEnd) {
  const std::string& words = kLong;
  ASSERT_EQ(Shell(kMpirun + "2 " + Train("whole", words)), 0) << Said();
  const std::string stroke = std::string("set -- ") + kRanks + "; kill -KILL $" + GetParam();
  const int status = Shell(StruckAtCheckpoint(Train("out", words), stroke));
  ASSERT_NE(status, kNeverThere) << Said();
  EXPECT_NE(status, 0);
  EXPECT_THAT(Said(), HasSubstr("wanted an answer of every rank"));
  ASSERT_EQ(Shell("newest=$(ls -d out/checkpoint-* | sort -t- -k2 -n | tail -n 1); " + kMpirun + "2 " +
                  Train("out", words + " --resume $newest")),
            0)
      << Said();
  EXPECT_EQ(Logged("out", "loss"), Logged("whole", "loss"));
  EXPECT_EQ(ReadFile(mini_.path() / "out/model.safetensors"),
            ReadFile(mini_.path() / "whole/model.safetensors"));
  // What the lost rank alone had counted is missing, and nothing pretends otherwise.
  const Json whole = Read("whole/ledger.json").at("observed"), out = Read("out/ledger.json").at("observed");
  EXPECT_EQ(whole.at("uncounted_steps"), 0);
  if (out.at("uncounted_steps") == 0) {
    EXPECT_EQ(out.at("flops"), whole.at("flops"));
  } else {
    EXPECT_LT(out.at("flops"), whole.at("flops"));
    EXPECT_THAT(out.at("notes").dump(), HasSubstr("FLOPs leave out"));
    EXPECT_THAT(ReadFile(mini_.path() / "out/observations.json"), Not(HasSubstr("work.flops")));
  }
}

INSTANTIATE_TEST_SUITE_P(OfTwo, LostRank, ::testing::Values("1", "2"));

TEST_F(WorldRun, AnInterruptedJobSavesAndGoesOn) {
  const std::string& words = kLong;
  const int status = Shell(StruckAtCheckpoint(Train("out", words), std::string("kill -TERM ") + kRanks));
  ASSERT_NE(status, kNeverThere) << Said();
  EXPECT_NE(status, 0);
  EXPECT_THAT(Said(), HasSubstr("resumable checkpoint"));
  ASSERT_EQ(Shell("newest=$(ls -d out/checkpoint-* | sort -t- -k2 -n | tail -n 1); " + kMpirun + "2 " +
                  Train("out", words + " --resume $newest")),
            0)
      << Said();
  // Another number of processes is another batch: refused by name.
  EXPECT_EQ(Shell("newest=$(ls -d out/checkpoint-* | sort -t- -k2 -n | tail -n 1); " +
                  Train("other", words + " --resume $newest")),
            2);
  EXPECT_THAT(Said(), HasSubstr("processes"));
}

}  // namespace
}  // namespace plumbline::testing
