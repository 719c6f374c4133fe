// Remarks on the work done say what was seen, and a cause only where it is known.
#include "harness/run/work_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::run {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ledger::Ledger WithWeight(double weight, const std::string& normalization) {
  ledger::Ledger ledger;
  ledger.declared.loss_normalization = normalization;
  ledger.observed.micro_batches_per_step_max = 4;
  ledger.observed.loss_weight_min = ledger.observed.loss_weight_max = weight;
  return ledger;
}

TEST(WorkNotes, HonestWorkNeedsNone) {
  EXPECT_THAT(WorkNotes(WithWeight(1, "tokens")), IsEmpty());
  EXPECT_THAT(WorkNotes({}), IsEmpty());
}

TEST(WorkNotes, InflatedLossesNameTheSettingThatAskedForThem) {
  EXPECT_THAT(WorkNotes(WithWeight(4, "hf_seq2seq_bug")),
              ElementsAre(AllOf(HasSubstr("4 times"), HasSubstr("4 micro-batches"),
                                HasSubstr("training.loss_normalization = hf_seq2seq_bug"))));
}

TEST(WorkNotes, InflatedLossesThatNobodyAskedForNameNoSetting) {
  EXPECT_THAT(WorkNotes(WithWeight(4, "tokens")),
              ElementsAre(AllOf(HasSubstr("4 times"), Not(HasSubstr("hf_seq2seq_bug")))));
}

TEST(WorkNotes, CountsThatLackADeadProcesssWorkSaySo) {
  ledger::Ledger ledger;
  ledger.observed.uncounted_steps = 2;
  EXPECT_THAT(WorkNotes(ledger), ElementsAre(AllOf(HasSubstr("FLOPs"), HasSubstr("2 steps"))));
}

TEST(WorkNotes, SkippedStepsAreCounted) {
  ledger::Ledger ledger;
  ledger.observed.skipped_steps = 3;
  ledger.observed.optimizer_steps = 9;
  ledger.observed.first_nonfinite_step = 2;
  ledger.observed.first_nonfinite_place = "the loss";
  EXPECT_THAT(WorkNotes(ledger), ElementsAre(HasSubstr("3 of 9 optimizer steps")));
}

}  // namespace
}  // namespace plumbline::run
