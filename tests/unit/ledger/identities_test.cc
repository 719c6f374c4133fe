#include "harness/ledger/identities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "tests/unit/ledger/training_loop.h"

namespace plumbline::ledger {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Broken(const Ledger& ledger) {
  std::vector<std::string> names;
  for (const Identity& identity : CheckIdentities(ledger)) {
    if (!identity.holds) names.push_back(identity.name);
  }
  return names;
}

std::vector<std::string> BrokenAfter(const std::function<void(Ledger&)>& plant) {
  Ledger ledger = HonestLedger();
  plant(ledger);
  return Broken(ledger);
}

TEST(CheckIdentities, HonestLoopsHoldAllOfThem) {
  EXPECT_THAT(Broken(HonestLedger()), IsEmpty());
  EXPECT_THAT(Broken(HonestLedger({11, 2, 4, 3})), IsEmpty());
  EXPECT_THAT(Broken(HonestLedger({4, 2, 100, 3})), IsEmpty());
  EXPECT_THAT(Broken(HonestLedger({1, 1, 1, 1})), IsEmpty());
}

TEST(CheckIdentities, ProductsInAnotherTypeThanDeclaredAreCaught) {
  const auto after = [](const std::string& declared, std::map<std::string, int64_t> observed) {
    return BrokenAfter([&](Ledger& ledger) {
      ledger.declared.compute_dtype = declared;
      ledger.observed.product_dtypes = std::move(observed);
    });
  };
  EXPECT_THAT(after("bfloat16", {{"float32", 9}}), ElementsAre("compute_dtype"));
  EXPECT_THAT(after("float32", {{"float16", 1}, {"float32", 9}}), ElementsAre("compute_dtype"));
  EXPECT_THAT(after("bfloat16", {{"bfloat16", 9}, {"float32", 1}}), IsEmpty());
  EXPECT_THAT(after("float32", {{"float32", 9}}), IsEmpty());
  EXPECT_THAT(after("float16", {}), IsEmpty());  // nothing was counted
}

TEST(CheckIdentities, LossesThatAreNotWhatWasDeclaredAreCaught) {
  const auto after = [](const std::string& declared, double weight) {
    Ledger ledger = HonestLedger({16, 2, 4, 1});
    ledger.declared.loss_normalization = declared;
    ledger.observed.loss_weight_min = ledger.observed.loss_weight_max = weight;
    return Broken(ledger);
  };
  EXPECT_THAT(after("tokens", 4), ElementsAre("loss_weight"));
  EXPECT_THAT(after("hf_seq2seq_bug", 1), ElementsAre("loss_weight"));
  EXPECT_THAT(after("tokens", 1), IsEmpty());
  EXPECT_THAT(after("tokens", 1 + 1e-15), IsEmpty());  // thirds that were added up
  EXPECT_THAT(after("hf_seq2seq_bug", 4), IsEmpty());
  EXPECT_THAT(after("tokens", kUnknown), IsEmpty());  // an older ledger
  EXPECT_THAT(after("", 4), IsEmpty());
}

// A loop that divides some step by more than its tokens trains with less than it says.
TEST(CheckIdentities, AStepThatCountsForLessThanDeclaredIsCaught) {
  Ledger ledger = HonestLedger({16, 2, 4, 1});
  ledger.declared.loss_normalization = "tokens";
  ledger.observed.loss_weight_max = 1;
  ledger.observed.loss_weight_min = 0.25;
  EXPECT_THAT(Broken(ledger), ElementsAre("loss_weight"));
  ledger.observed.loss_weight_min = 1;
  EXPECT_THAT(Broken(ledger), IsEmpty());
  // Means that are summed: a last step of fewer micro-batches has a smaller sum, and may.
  ledger.declared.loss_normalization = "hf_seq2seq_bug";
  ledger.observed.loss_weight_max = 4;
  EXPECT_THAT(Broken(ledger), IsEmpty());
}

TEST(CheckIdentities, LoopThatAccumulatesFourWhileConfigSaysOneIsCaught) {
  Ledger ledger = HonestLedger();
  LoopOptions really;
  really.accumulation = 4;
  ledger.observed = RunLoop(really, ledger.declared.schedule);
  EXPECT_THAT(Broken(ledger), ElementsAre("optimizer_steps", "micro_batches_per_step_max"));
  const Identity steps = CheckIdentities(ledger).front();
  EXPECT_EQ(steps.key, "training.gradient_accumulation_steps");
  EXPECT_EQ(steps.formula, "ceil(5 micro-batches / 1) x 2 epochs");
  EXPECT_EQ(steps.declared, "10");
  EXPECT_EQ(steps.observed, "4");
}

TEST(CheckIdentities, LoopThatIgnoresDeclaredAccumulationIsCaught) {
  LoopOptions declared;
  declared.accumulation = 4;
  Ledger ledger = HonestLedger(declared);
  ledger.observed = RunLoop({}, ledger.declared.schedule);
  EXPECT_THAT(Broken(ledger), Contains("optimizer_steps"));
  EXPECT_THAT(Broken(ledger), Contains("micro_batches_per_step_max"));
}

TEST(CheckIdentities, EpochTailDroppedByTheLoopIsCaught) {
  Ledger ledger = HonestLedger({10, 2, 2, 2});  // 5 micro-batches: steps of 2, 2 and 1
  LoopOptions really{8, 2, 2, 2};
  ledger.observed = RunLoop(really, ledger.declared.schedule);
  EXPECT_THAT(Broken(ledger), Contains("micro_batches_per_step_min"));
  EXPECT_THAT(Broken(ledger), Contains("taken_rows"));
}

TEST(CheckIdentities, ScheduleOfAnotherLengthIsCaught) {
  Ledger ledger = HonestLedger();
  Schedule longer = ledger.declared.schedule;
  longer.total_steps += 1;  // the off-by-one of a step formula
  ledger.observed = RunLoop({}, longer);
  EXPECT_THAT(Broken(ledger), ElementsAre("learning_rate"));
}

TEST(CheckIdentities, ScheduleIsHeldToTheIntendedLengthAfterEarlyStopping) {
  Ledger ledger = HonestLedger();
  LoopOptions one_epoch;
  one_epoch.epochs = 1;
  ledger.observed = RunLoop(one_epoch, ledger.declared.schedule);
  EXPECT_THAT(Broken(ledger), Contains("optimizer_steps"));
  ledger.observed.ending = Ending::kEarlyStopping;
  EXPECT_THAT(Broken(ledger), IsEmpty());
}

TEST(CheckIdentities, MoreStepsThanDeclaredAreNoEarlyStopping) {
  LoopOptions longer;
  longer.epochs = 3;
  Ledger ledger = HonestLedger();
  ledger.observed = RunLoop(longer, ledger.declared.schedule);
  ledger.observed.ending = Ending::kEarlyStopping;
  EXPECT_THAT(Broken(ledger), Contains("optimizer_steps"));
}

// Each single counter, moved alone, is caught by name.
struct Plant {
  const char* identity;
  std::function<void(Ledger&)> change;
};

class OneCounter : public ::testing::TestWithParam<Plant> {};

TEST_P(OneCounter, MovedAloneIsCaught) {
  EXPECT_THAT(BrokenAfter(GetParam().change), Contains(GetParam().identity));
}

INSTANTIATE_TEST_SUITE_P(
    All, OneCounter,
    ::testing::Values(
        Plant{"optimizer_steps", [](Ledger& l) { --l.observed.optimizer_steps; }},
        Plant{"micro_batches", [](Ledger& l) { ++l.observed.micro_batches; }},
        Plant{"examples", [](Ledger& l) { --l.observed.examples; }},
        Plant{"micro_batches_per_step_max",
              [](Ledger& l) { l.observed.micro_batches_per_step_max = 2; }},
        Plant{"micro_batches_per_step_min",
              [](Ledger& l) { l.observed.micro_batches_per_step_min = 0; }},
        Plant{"pending_micro_batches", [](Ledger& l) { l.observed.pending_micro_batches = 1; }},
        Plant{"backward_calls", [](Ledger& l) { ++l.observed.backward_calls; }},
        Plant{"scheduler_steps", [](Ledger& l) { --l.observed.scheduler_steps; }},
        Plant{"learning_rates", [](Ledger& l) { l.observed.learning_rates.pop_back(); }},
        Plant{"learning_rate", [](Ledger& l) { l.observed.learning_rates[3] *= 1.0 + 1e-6; }},
        Plant{"learning_rate",
              [](Ledger& l) {
                l.observed.learning_rates[3] = std::numeric_limits<double>::quiet_NaN();
              }},
        Plant{"processed_tokens", [](Ledger& l) { ++l.observed.padding_tokens; }},
        Plant{"source_tokens", [](Ledger& l) { l.declared.source_tokens_per_epoch = 71; }},
        Plant{"target_tokens", [](Ledger& l) { l.declared.target_tokens_per_epoch = 29; }},
        Plant{"taken_rows",
              [](Ledger& l) { l.observed.taken_rows.back() = l.observed.taken_rows.front(); }},
        Plant{"taken_rows.listed",
              [](Ledger& l) { l.observed.taken_rows.push_back(l.observed.taken_rows.front()); }},
        Plant{"trainable_parameters", [](Ledger& l) { l.declared.trainable_parameters = 5; }},
        Plant{"total_parameters", [](Ledger& l) { l.declared.total_parameters = 5; }},
        Plant{"adapter_modules", [](Ledger& l) { l.declared.adapter_modules = {"q_proj"}; }},
        Plant{"data_digest.train", [](Ledger& l) { l.declared.data_digests["train"] = "ab"; }},
        Plant{"tokenizer_digest", [](Ledger& l) { l.declared.tokenizer_digest = "ab"; }}));

TEST(CheckIdentities, DeclaredFactsThatWereFoundHold) {
  Ledger ledger = HonestLedger();
  ledger.declared.source_tokens_per_epoch = 70;
  ledger.declared.target_tokens_per_epoch = 30;
  ledger.declared.trainable_parameters = ledger.observed.trainable_parameters = 5;
  ledger.declared.data_digests = ledger.observed.data_digests = {{"train", "ab"}};
  ledger.declared.tokenizer_digest = ledger.observed.tokenizer_digest = "cd";
  EXPECT_THAT(Broken(ledger), IsEmpty());
}

TEST(CheckIdentities, SkippedStepsDoNotMoveTheScheduler) {
  Ledger ledger = HonestLedger();
  ledger.observed.skipped_steps = 1;
  EXPECT_THAT(Broken(ledger), ElementsAre("scheduler_steps"));
  --ledger.observed.scheduler_steps;
  EXPECT_THAT(Broken(ledger), IsEmpty());
}

TEST(CheckIdentities, WorkWithoutDeclaredTrainingIsCaught) {
  Ledger ledger;
  EXPECT_THAT(Broken(ledger), IsEmpty());
  ledger.observed.optimizer_steps = 1;
  EXPECT_THAT(Broken(ledger), ElementsAre("optimizer_steps"));
}

TEST(CheckIdentities, WrongRateIsNamedWithItsStep) {
  Ledger ledger = HonestLedger();
  ledger.observed.learning_rates[1] = 0.25;
  std::string observed;
  for (const Identity& identity : CheckIdentities(ledger)) {
    if (identity.name == "learning_rate") observed = identity.observed;
  }
  EXPECT_THAT(observed, HasSubstr("step 1: 0.25"));
}

}  // namespace
}  // namespace plumbline::ledger
