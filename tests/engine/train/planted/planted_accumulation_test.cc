// The headline incident, inside the loop: this program is linked with a loop that gathers four micro-batches while
// every argument says one. The ledger must show it, for it counts and never copies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/ledger/identities.h"
#include "harness/ledger/plan.h"
#include "tests/engine/train/tiny.h"

namespace plumbline::train {
namespace {

TEST(PlantedAccumulation, LedgerShowsFourWhereOneWasDeclared) {
  testing::BiasModel model;
  TrainingArguments arguments = testing::QuickArguments();
  arguments.gradient_accumulation_steps = 1;
  const ledger::Declared declared = ledger::PlanTraining({.train_rows = 40,
                                                          .per_device_train_batch_size = 2,
                                                          .gradient_accumulation_steps = 1,
                                                          .num_train_epochs = 1,
                                                          .lr_scheduler_type = "constant",
                                                          .learning_rate = 0.1});
  const TrainResult result = Train(model, testing::RowsOf(testing::SeededRows(40)), arguments, {}, declared);
  EXPECT_EQ(declared.optimizer_steps, 20);
  EXPECT_EQ(result.observed.optimizer_steps, 5);
  EXPECT_EQ(result.observed.micro_batches_per_step_max, 4);
  std::vector<std::string> broken;
  for (const ledger::Identity& identity : ledger::CheckIdentities({declared, result.observed})) {
    if (!identity.holds) broken.push_back(identity.name + " " + identity.key);
  }
  EXPECT_THAT(broken, ::testing::Contains("micro_batches_per_step_max training.gradient_accumulation_steps"));
  EXPECT_THAT(broken, ::testing::Contains("optimizer_steps training.gradient_accumulation_steps"));
}

}  // namespace
}  // namespace plumbline::train
