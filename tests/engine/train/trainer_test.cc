#include "harness/train/trainer.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/isfinite.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "harness/ledger/identities.h"
#include "harness/ledger/plan.h"
#include "tests/engine/train/tiny.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

using ::plumbline::testing::BiasModel;
using ::plumbline::testing::QuickArguments;
using ::plumbline::testing::RowsOf;
using ::plumbline::testing::SeededRows;
using ::testing::ElementsAre;
using ::testing::SizeIs;

ledger::Declared DeclaredOf(const TrainingArguments& arguments, int64_t num_rows) {
  return ledger::PlanTraining({.train_rows = num_rows,
                               .per_device_train_batch_size = arguments.per_device_train_batch_size,
                               .gradient_accumulation_steps = arguments.gradient_accumulation_steps,
                               .num_train_epochs = arguments.num_train_epochs,
                               .max_steps = arguments.max_steps,
                               .warmup_steps = arguments.warmup_steps,
                               .warmup_ratio = arguments.warmup_ratio,
                               .lr_scheduler_type = arguments.lr_scheduler_type,
                               .learning_rate = arguments.learning_rate});
}

TrainResult RunTraining(models::Model& model, const TrainingRows& rows, const TrainingArguments& arguments,
                const Callbacks& callbacks = {}) {
  return Train(model, rows, arguments, callbacks, DeclaredOf(arguments, rows.size()));
}

std::vector<std::string> KeysOf(const Json& row) {
  std::vector<std::string> keys;
  for (const auto& item : row.items()) keys.push_back(item.key());
  return keys;
}

std::vector<int64_t> StepsWith(const TrainResult& result, const char* key) {
  std::vector<int64_t> steps;
  for (const Json& row : result.state.log_history) {
    if (row.contains(key)) steps.push_back(row.at("step"));
  }
  return steps;
}

TEST(Trainer, LogHistoryHasHuggingFacesRows) {
  BiasModel model;
  TrainingArguments arguments = QuickArguments();
  arguments.logging_steps = 2;
  arguments.num_train_epochs = 2;
  const Callbacks callbacks{.evaluate = [](models::Model&, int64_t) { return Json{{"eval_loss", 2.0}}; }};
  const TrainResult result = RunTraining(model, RowsOf(SeededRows(5)), arguments, callbacks);  // 3 steps an epoch
  const Json& log = result.state.log_history;
  EXPECT_THAT(KeysOf(log[0]), ElementsAre("epoch", "grad_norm", "learning_rate", "loss", "step"));
  EXPECT_EQ(log[0]["step"], 2);
  EXPECT_NEAR(log[0]["epoch"].get<double>(), 2.0 / 3, 1e-15);
  EXPECT_NEAR(log[0]["loss"].get<double>(), (result.step_losses[0] + result.step_losses[1]) / 2, 1e-12);
  EXPECT_EQ(log[1], (Json{{"eval_loss", 2.0}, {"epoch", 1.0}, {"step", 3}}));
  EXPECT_THAT(KeysOf(log.back()), ElementsAre("epoch", "step", "total_flos", "train_loss", "train_runtime",
                                              "train_samples_per_second", "train_steps_per_second"));
  EXPECT_THAT(StepsWith(result, "loss"), ElementsAre(2, 4, 6));
  EXPECT_THAT(StepsWith(result, "eval_loss"), ElementsAre(3, 6));
  EXPECT_EQ(result.state.epoch, 2.0);
}

TEST(Trainer, LedgerCountsWhatWasDone) {
  BiasModel model;
  TrainingArguments arguments = QuickArguments();
  arguments.gradient_accumulation_steps = 2;
  arguments.num_train_epochs = 2;
  arguments.lr_scheduler_type = "linear";
  arguments.warmup_ratio = 0.3;
  const TrainingRows rows = RowsOf(SeededRows(9, 3));  // 5 micro-batches, 3 steps an epoch
  const TrainResult result = RunTraining(model, rows, arguments);
  EXPECT_EQ(result.observed.optimizer_steps, 6);
  EXPECT_EQ(result.observed.micro_batches, 10);
  EXPECT_EQ(result.observed.backward_calls, 10);
  EXPECT_EQ(result.observed.examples, 18);
  EXPECT_EQ(result.observed.target_tokens, 54);
  EXPECT_EQ(result.observed.micro_batches_per_step_max, 2);
  EXPECT_EQ(result.observed.micro_batches_per_step_min, 1);
  EXPECT_EQ(result.observed.learning_rates[0], 0.0);
  EXPECT_EQ(result.observed.learning_rates[2], 0.1);
  EXPECT_EQ(result.observed.trainable_parameters, 12);
  EXPECT_GT(result.observed.operator_calls.at("aten::_fused_adamw_"), 0);
  EXPECT_GT(result.observed.allocation_count, 0);
  for (const ledger::Identity& identity : ledger::CheckIdentities({DeclaredOf(arguments, 9), result.observed})) {
    EXPECT_TRUE(identity.holds) << identity.name << ": " << identity.declared << " and " << identity.observed;
  }
}

TEST(Trainer, CountersOffLeaveNoCounts) {
  BiasModel model;
  TrainingArguments arguments = QuickArguments();
  arguments.count_work = false;
  const TrainResult result = RunTraining(model, RowsOf(SeededRows(4)), arguments);
  EXPECT_TRUE(result.observed.operator_calls.empty());
  EXPECT_EQ(result.observed.flops, ledger::kUnknown);
}

TEST(Trainer, MaxStepsCutsTheLastEpochAndStillEndsIt) {
  BiasModel model;
  TrainingArguments arguments = QuickArguments();
  arguments.max_steps = 4;
  const Callbacks callbacks{.evaluate = [](models::Model&, int64_t) { return Json{{"eval_loss", 2.0}}; }};
  const TrainResult result = RunTraining(model, RowsOf(SeededRows(5)), arguments, callbacks);
  EXPECT_EQ(result.state.global_step, 4);
  EXPECT_THAT(StepsWith(result, "eval_loss"), ElementsAre(3, 4));
}

TEST(Trainer, EvaluationByStepsIncludesTheLastStep) {
  BiasModel model;
  TrainingArguments arguments = QuickArguments();
  arguments.eval_steps = 2;
  const Callbacks callbacks{.evaluate = [](models::Model&, int64_t) { return Json{{"eval_loss", 2.0}}; }};
  const TrainResult result = RunTraining(model, RowsOf(SeededRows(10)), arguments, callbacks);
  EXPECT_THAT(StepsWith(result, "eval_loss"), ElementsAre(2, 4, 5));
}

TEST(Trainer, StopsEarlyWhenThePatienceIsSpent) {
  BiasModel model;
  TrainingArguments arguments = QuickArguments();
  arguments.eval_steps = 1;
  arguments.early_stopping_patience = 2;
  const Callbacks callbacks{
      .evaluate = [](models::Model&, int64_t step) { return Json{{"eval_loss", step == 3 ? 0.5 : 1.0}}; }};
  const TrainResult result = RunTraining(model, RowsOf(SeededRows(20)), arguments, callbacks);
  EXPECT_TRUE(result.stopped_early);
  EXPECT_EQ(result.state.global_step, 5);  // best at 3, then two without improvement
  EXPECT_EQ(result.observed.ending, ledger::Ending::kEarlyStopping);
}

TEST(Trainer, NonFiniteLossStopsWithStepAndRows) {
  BiasModel model;
  std::vector<data::TokenizedRow> rows = SeededRows(6);
  rows[4].input_ids[0] = BiasModel::kPoison;
  TrainingArguments arguments = QuickArguments();
  arguments.shuffle = false;
  EXPECT_ERROR(RunTraining(model, RowsOf(rows), arguments), ErrorKind::kNumeric, "training at step 3");
  EXPECT_ERROR(RunTraining(model, RowsOf(rows), arguments), ErrorKind::kNumeric,
               "(rows row_4, row_5), first gradient hit 'bias_table.weight'");
}

TEST(Trainer, AllowedNonFiniteStepLeavesTheWeightsAlone) {
  BiasModel model;
  std::vector<data::TokenizedRow> rows = SeededRows(4);
  rows[0].input_ids[0] = BiasModel::kPoison;
  TrainingArguments arguments = QuickArguments();
  arguments.shuffle = false;
  arguments.max_nonfinite_steps = 1;
  const TrainResult result = RunTraining(model, RowsOf(rows), arguments);
  EXPECT_EQ(result.observed.skipped_steps, 1);
  EXPECT_EQ(result.observed.nonfinite_losses, 1);
  EXPECT_THAT(result.step_losses, SizeIs(1));
  EXPECT_TRUE(at::isfinite(model.logits_V).all().item<bool>());
}

TEST(Trainer, InterruptWithoutAnOutputDirectorySaysSo) {
  BiasModel model;
  const Callbacks callbacks{.on_step = [](const StepReport& report) {
    if (report.global_step == 2) std::raise(SIGTERM);
  }};
  EXPECT_ERROR(RunTraining(model, RowsOf(SeededRows(10)), QuickArguments(), callbacks), ErrorKind::kInterrupted,
               "interrupted after step 2; left no checkpoint");
}

TEST(Trainer, GroupingByLengthTrainsOnEveryRowOnce) {
  BiasModel model;
  TrainingArguments arguments = QuickArguments();
  arguments.group_by_length = true;
  EXPECT_EQ(RunTraining(model, RowsOf(SeededRows(31)), arguments).observed.examples, 31);
}

TEST(Trainer, ImpossibleRequestsAreRefused) {
  BiasModel model;
  EXPECT_ERROR(RunTraining(model, RowsOf({}), QuickArguments()), ErrorKind::kData, "found no row");
  TrainingArguments arguments = QuickArguments();
  arguments.load_best_model_at_end = true;
  EXPECT_ERROR(RunTraining(model, RowsOf(SeededRows(2)), arguments), ErrorKind::kUsage, "no output directory");
  std::vector<data::TokenizedRow> rows = SeededRows(2);
  for (data::TokenizedRow& row : rows) row.labels.assign(3, models::kIgnoredLabel);
  EXPECT_ERROR(RunTraining(model, RowsOf(rows), QuickArguments()), ErrorKind::kData, "row_0");
}

}  // namespace
}  // namespace plumbline::train
