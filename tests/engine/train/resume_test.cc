// Bitwise: a run equals its repetition, and a run that was stopped and resumed equals the one that never was.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "harness/base/file.h"
#include "harness/train/checkpoint.h"
#include "harness/train/checkpoint_directory.h"
#include "harness/train/trainer.h"
#include "tests/engine/train/tiny.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::train {
namespace {

using ::plumbline::testing::FlatWeights;
using ::plumbline::testing::QuickArguments;
using ::plumbline::testing::RowsOf;
using ::plumbline::testing::SeededRows;
using ::plumbline::testing::TemporaryDirectory;
using ::plumbline::testing::TinyBart;
using ::testing::ElementsAre;

constexpr double kDropout = 0.1;

struct Outcome {
  TrainResult result;
  at::Tensor weights;
};

// 14 rows by twos, accumulated by twos: 7 micro-batches, 4 steps an epoch, 12 in three epochs.
TrainingArguments TwelveSteps() {
  TrainingArguments arguments = QuickArguments();
  arguments.gradient_accumulation_steps = 2;
  arguments.num_train_epochs = 3;
  arguments.learning_rate = 1e-2;
  arguments.lr_scheduler_type = "linear";
  arguments.warmup_steps = 2;
  arguments.weight_decay = 0.01;
  arguments.logging_steps = 5;
  return arguments;
}

Outcome RunTraining(const TrainingArguments& arguments, const Callbacks& callbacks = {},
                    const TrainingRows& rows = RowsOf(SeededRows(14))) {
  const std::unique_ptr<models::Model> model = TinyBart(kDropout);
  TrainResult result = Train(*model, rows, arguments, callbacks, {});
  return {std::move(result), FlatWeights(*model)};
}

Callbacks SignalAfterStep(int64_t step) {
  return {.on_step = [step](const StepReport& report) {
    if (report.global_step == step) std::raise(SIGINT);
  }};
}

// The log without the row that holds wall-clock times.
Json LogOf(const Outcome& outcome) {
  Json log = outcome.result.state.log_history;
  log.erase(log.size() - 1);
  return log;
}

void ExpectSameBits(const Outcome& a, const Outcome& b) {
  EXPECT_EQ(a.result.step_losses, b.result.step_losses);
  EXPECT_EQ(a.result.gradient_norms, b.result.gradient_norms);
  EXPECT_EQ(a.result.times_trained, b.result.times_trained);
  EXPECT_TRUE(at::equal(a.weights, b.weights));
  EXPECT_EQ(ledger::ToJson(a.result.observed), ledger::ToJson(b.result.observed));
  EXPECT_EQ(LogOf(a), LogOf(b));
  EXPECT_EQ(a.result.train_loss, b.result.train_loss);
}

TEST(Training, SameSeedGivesTheSameBitsTwice) {
  const Outcome first = RunTraining(TwelveSteps());
  EXPECT_EQ(first.result.step_losses.size(), 12u);
  ExpectSameBits(first, RunTraining(TwelveSteps()));
}

TEST(Training, TwoThreadsGiveTheSameBitsTwice) {
  TrainingArguments arguments = TwelveSteps();
  arguments.threads = 2;
  arguments.max_steps = 2;
  ExpectSameBits(RunTraining(arguments), RunTraining(arguments));
}

TEST(Training, AnotherSeedGivesOtherLossesAndAnotherOrder) {
  TrainingArguments other = TwelveSteps();
  other.seed = 43;
  const Outcome first = RunTraining(TwelveSteps());
  const Outcome second = RunTraining(other);
  EXPECT_NE(first.result.step_losses, second.result.step_losses);
  EXPECT_NE(first.result.observed.example_order_digest, second.result.observed.example_order_digest);
}

// Runs until a signal that leaves checkpoint-5, then resumes from it.
Outcome InterruptedAndResumed(const TemporaryDirectory& output, const Callbacks& callbacks, const TrainingRows& rows) {
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  EXPECT_ERROR(RunTraining(arguments, callbacks, rows), ErrorKind::kInterrupted, "checkpoint-5");
  arguments.resume_from = output / "checkpoint-5";
  return RunTraining(arguments);
}

TEST(Resume, FiveStepsAndSevenMoreEqualTwelveBitwise) {
  const TemporaryDirectory output, straight_output;
  TrainingArguments straight = TwelveSteps();
  straight.output_dir = straight_output.path();
  ExpectSameBits(RunTraining(straight), InterruptedAndResumed(output, SignalAfterStep(5), RowsOf(SeededRows(14))));
}

// A rate and a time left count from here: a resumed run had said thousands of steps a second.
TEST(Resume, EachSessionSaysHowManyStepsWereDoneBeforeIt) {
  const TemporaryDirectory output;
  std::vector<int64_t> starts;
  Callbacks callbacks = SignalAfterStep(5);
  callbacks.on_start = [&](int64_t step) { starts.push_back(step); };
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  EXPECT_ERROR(RunTraining(arguments, callbacks), ErrorKind::kInterrupted, "checkpoint-5");
  arguments.resume_from = output / "checkpoint-5";
  callbacks.on_step = {};
  RunTraining(arguments, callbacks);
  EXPECT_EQ(starts, (std::vector<int64_t>{0, 5}));
}

// How far apart the rows trained most and least often are.
int64_t Unevenness(const Outcome& outcome) {
  const auto [least, most] = std::ranges::minmax(outcome.result.times_trained);
  return most - least;
}

TEST(Resume, RowsAreCountedOverTheWholeRun) {
  const TemporaryDirectory output;
  const Outcome resumed = InterruptedAndResumed(output, SignalAfterStep(5), RowsOf(SeededRows(14)));
  EXPECT_THAT(resumed.result.times_trained, ::testing::Each(3));  // three epochs
}

// A checkpoint that lost its place in the second epoch: step 5's rows come again, and the last epoch ends early.
TEST(Resume, ALoopThatReplaysRowsIsSeenInTheirCounts) {
  const TemporaryDirectory output, planted;
  EXPECT_EQ(Unevenness(InterruptedAndResumed(output, SignalAfterStep(5), RowsOf(SeededRows(14)))), 0);
  Checkpoint checkpoint = LoadCheckpoint(output / "checkpoint-5");
  ASSERT_EQ(checkpoint.loop.update_step, 1);
  checkpoint.loop.update_step = 0;
  const std::unique_ptr<models::Model> model = TinyBart(kDropout);
  LoadWeights(*model, output / "checkpoint-5");
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = planted.path();
  arguments.resume_from = SaveCheckpoint(planted.path(), *model, checkpoint);
  EXPECT_GE(Unevenness(RunTraining(arguments)), 2);
}

TEST(Resume, WindowCutByASignalIsDoneAgainWhole) {
  const TemporaryDirectory output;
  TrainingRows rows = RowsOf(SeededRows(14));
  int calls = 0;
  const auto pack = rows.pack;
  // Step 4 takes the lone seventh micro-batch, step 5 the next two; the tenth opens the window of step 6.
  rows.pack = [&calls, pack](std::span<const int64_t> indices) {
    if (++calls == 10) std::raise(SIGTERM);
    return pack(indices);
  };
  ExpectSameBits(RunTraining(TwelveSteps()), InterruptedAndResumed(output, {}, rows));
}

TEST(Resume, CheckpointOfAnEpochEndContinuesBitwise) {
  const TemporaryDirectory output;
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  const Outcome straight = RunTraining(arguments);
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-12", "checkpoint-4", "checkpoint-8"));
  arguments.resume_from = output / "checkpoint-8";
  ExpectSameBits(straight, RunTraining(arguments));
}

TEST(Resume, FinishedRunHasNothingLeftToDo) {
  const TemporaryDirectory output;
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  const Outcome straight = RunTraining(arguments);
  arguments.resume_from = output / "checkpoint-12";
  const Outcome resumed = RunTraining(arguments);
  EXPECT_TRUE(at::equal(straight.weights, resumed.weights));
  EXPECT_EQ(resumed.result.observed.optimizer_steps, 12);
}

TEST(Resume, OtherPlanIsRefusedByName) {
  const TemporaryDirectory output;
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  RunTraining(arguments);
  arguments.resume_from = output / "checkpoint-8";
  arguments.gradient_accumulation_steps = 4;
  EXPECT_ERROR(RunTraining(arguments), ErrorKind::kUsage, "planned optimizer steps 6, wanted 12");
  arguments = TwelveSteps();
  arguments.resume_from = output / "checkpoint-8";
  arguments.per_device_train_batch_size = 4;
  EXPECT_ERROR(RunTraining(arguments), ErrorKind::kUsage, "per_device_train_batch_size 4, wanted 2");
}

// A resolved configuration of one key, set by a suite file.
Json ConfigWithSeed(int64_t seed) {
  const Json origin = {{"layer", "suite"}, {"file", "suites/a.yaml"}, {"line", 3}, {"column", 5}};
  const Json entry = {{"value", seed}, {"origin", origin}, {"shadowed", Json::array()}};
  return {{"values", {{"training.seed", entry}}}};
}

TEST(Resume, ChangedSemanticKeyIsRefusedWithItsOriginThoughThePlanIsTheSame) {
  const TemporaryDirectory output;
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  arguments.resolved_config = ConfigWithSeed(42);
  RunTraining(arguments);
  arguments.resume_from = output / "checkpoint-8";
  RunTraining(arguments);
  arguments.resolved_config = ConfigWithSeed(43);
  EXPECT_ERROR(RunTraining(arguments), ErrorKind::kUsage, "training.seed saved as 42 (suite suites/a.yaml:3:5)");
}

TEST(Resume, DamagedCheckpointIsRefusedByFile) {
  const TemporaryDirectory output;
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  RunTraining(arguments);
  const std::filesystem::path model = output / "checkpoint-8" / "model.safetensors";
  WriteFileAtomic(model, ReadFile(model).substr(0, 1000));
  arguments.resume_from = output / "checkpoint-8";
  EXPECT_ERROR(RunTraining(arguments), ErrorKind::kModel, "model.safetensors: 1000 bytes instead of");
}

TEST(Checkpoints, BestWeightsComeBackAndTheLimitHolds) {
  const TemporaryDirectory output;
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  arguments.load_best_model_at_end = true;
  arguments.save_total_limit = 1;
  at::Tensor best;
  const Callbacks callbacks{.evaluate = [&best](models::Model& model, int64_t step) {
    if (step == 4) best = FlatWeights(model).clone();
    return Json{{"eval_loss", step == 4 ? 1.0 : 2.0}};
  }};
  const Outcome outcome = RunTraining(arguments, callbacks);
  EXPECT_TRUE(at::equal(outcome.weights, best));
  EXPECT_EQ(outcome.result.state.best_global_step, 4);
  EXPECT_THAT(outcome.result.state.best_model_checkpoint, ::testing::EndsWith("checkpoint-4"));
  EXPECT_THAT(output.List(), ElementsAre("checkpoint-12", "checkpoint-4"));
}

TEST(Checkpoints, DirectoryLoadsAsAModel) {
  const TemporaryDirectory output;
  TrainingArguments arguments = TwelveSteps();
  arguments.output_dir = output.path();
  const Outcome outcome = RunTraining(arguments);
  const std::unique_ptr<models::Model> loaded = models::LoadModel(output / "checkpoint-12", at::kCPU);
  EXPECT_TRUE(at::equal(FlatWeights(*loaded), outcome.weights));
}

}  // namespace
}  // namespace plumbline::train
