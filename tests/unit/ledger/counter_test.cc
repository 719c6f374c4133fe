#include "harness/ledger/counter.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/ledger/training_loop.h"

namespace plumbline::ledger {
namespace {

TEST(LedgerCounter, CountsEventsAndNothingElse) {
  const Observed observed = RunLoop({10, 2, 4, 2}, {"linear", 1.0, 0, 4});
  EXPECT_EQ(observed.micro_batches, 10);
  EXPECT_EQ(observed.examples, 20);
  EXPECT_EQ(observed.source_tokens, 140);
  EXPECT_EQ(observed.target_tokens, 60);
  EXPECT_EQ(observed.processed_tokens, 200);
  EXPECT_EQ(observed.backward_calls, 10);
  EXPECT_EQ(observed.optimizer_steps, 4);  // 4 + 1 micro-batches an epoch
  EXPECT_EQ(observed.micro_batches_per_step_min, 1);
  EXPECT_EQ(observed.micro_batches_per_step_max, 4);
  EXPECT_EQ(observed.learning_rates, (std::vector<double>{1.0, 0.75, 0.5, 0.25}));
}

TEST(LedgerCounter, OrderDigestDependsOnTheOrder) {
  const std::vector<std::string> forward = {"a", "b"};
  const std::vector<std::string> backward = {"b", "a"};
  LedgerCounter one;
  LedgerCounter other;
  one.OnMicroBatch({forward, 0, 0, 0, 0});
  other.OnMicroBatch({backward, 0, 0, 0, 0});
  EXPECT_NE(one.observed().example_order_digest, other.observed().example_order_digest);
}

TEST(LedgerCounter, OrderDigestDoesNotDependOnTheCutIntoBatches) {
  const std::vector<std::string> rows = {"a", "b"};
  const std::span<const std::string> all(rows);
  LedgerCounter one;
  LedgerCounter other;
  one.OnMicroBatch({all, 0, 0, 0, 0});
  other.OnMicroBatch({all.first(1), 0, 0, 0, 0});
  other.OnMicroBatch({all.last(1), 0, 0, 0, 0});
  EXPECT_EQ(one.observed().example_order_digest, other.observed().example_order_digest);
}

TEST(LedgerCounter, ResumedInMidAccumulationEqualsUninterrupted) {
  const std::vector<std::string> row = {"a"};
  LedgerCounter whole;
  LedgerCounter first;
  const auto feed = [&](LedgerCounter& counter) {
    counter.OnMicroBatch({row, 1, 1, 0, 2});
    counter.OnBackward(1.0);
  };
  feed(whole);
  feed(first);
  LedgerCounter second(ObservedFromJson(ToJson(first.observed())));
  for (LedgerCounter* counter : {&whole, &second}) {
    feed(*counter);
    counter->OnOptimizerStep(0.5, 1.0);
    counter->OnSchedulerStep();
  }
  EXPECT_EQ(second.observed().micro_batches_per_step_max, 2);
  EXPECT_EQ(ToJson(second.observed()), ToJson(whole.observed()));
}

TEST(LedgerCounter, NonFiniteLossAndNormAreCounted) {
  LedgerCounter counter;
  counter.OnBackward(std::numeric_limits<double>::quiet_NaN());
  counter.OnOptimizerStep(0.1, std::numeric_limits<double>::infinity());
  EXPECT_EQ(counter.observed().nonfinite_losses, 1);
  EXPECT_EQ(counter.observed().nonfinite_gradient_norms, 1);
}

TEST(LedgerCounter, TheLeastAndTheLargestLossWeightAreKept) {
  LedgerCounter counter;
  EXPECT_LT(counter.observed().loss_weight_max, 0);
  for (const double weight : {4.0, 3.0, 4.0}) counter.OnLossWeight(weight);
  LedgerCounter resumed(ObservedFromJson(ToJson(counter.observed())));
  resumed.OnLossWeight(1);
  EXPECT_EQ(resumed.observed().loss_weight_min, 1);
  EXPECT_EQ(resumed.observed().loss_weight_max, 4);
  EXPECT_EQ(counter.observed().loss_weight_min, 3);
}

TEST(LedgerCounter, SkippedStepCountsAsAStepWithoutANorm) {
  LedgerCounter counter;
  counter.OnBackward(1.0);
  counter.OnSkippedStep(0.1);
  EXPECT_EQ(counter.observed().optimizer_steps, 1);
  EXPECT_EQ(counter.observed().skipped_steps, 1);
  EXPECT_EQ(counter.observed().nonfinite_gradient_norms, 0);
}

}  // namespace
}  // namespace plumbline::ledger
