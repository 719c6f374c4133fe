#include "harness/check/ledger_observations.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/ledger/training_loop.h"

namespace plumbline::check {
namespace {

const Observation* Find(const std::vector<Observation>& list, const std::string& name) {
  for (const Observation& observation : list) {
    if (observation.name == name) return &observation;
  }
  return nullptr;
}

ledger::Ledger Full() {
  ledger::Ledger ledger = ledger::HonestLedger();
  ledger.observed.operator_calls = {{"aten::mm", 12}};
  ledger.observed.operator_shape_calls = {{"aten::mm [2x3,3x4]", 12}};
  ledger.observed.parameter_dtypes = {{"float32", 100}};
  ledger.observed.adapter_modules = {"model.q_proj"};
  ledger.observed.data_digests = {{"train", "ab"}};
  ledger.observed.tokenizer_digest = "cd";
  ledger.observed.checkpoint_digest = "ef";
  ledger.observed.allocation_count = 7;
  ledger.observed.allocation_bytes = 700;
  ledger.observed.peak_bytes = 500;
  ledger.observed.flops = 99;
  return ledger;
}

TEST(LedgerObservations, AllCanBeJudgedAndNoNameIsTwice) {
  std::set<std::string> names;
  for (const Observation& observation : LedgerObservations(Full(), false)) {
    EXPECT_EQ(DefectOf(observation), "") << observation.name;
    EXPECT_TRUE(names.insert(observation.name).second) << observation.name;
  }
  EXPECT_GT(names.size(), 25u);
}

TEST(LedgerObservations, ClassesAreThoseOfDesign) {
  const auto list = LedgerObservations(Full(), false);
  EXPECT_EQ(Find(list, "plan.optimizer_steps")->metric_class, MetricClass::kD0);
  EXPECT_EQ(Find(list, "work.optimizer_steps")->metric_class, MetricClass::kD0);
  EXPECT_EQ(Find(list, "operators.aten::mm")->metric_class, MetricClass::kD0);
  EXPECT_EQ(Find(list, "memory.allocations")->metric_class, MetricClass::kD1);
  EXPECT_EQ(Find(list, "memory.peak_bytes")->metric_class, MetricClass::kC);
  EXPECT_EQ(Find(list, "work.learning_rate")->values.size(), 10u);
}

TEST(LedgerObservations, DoneWorkIsBitwiseOnlyWhenItsLengthDependsOnNumerics) {
  const auto list = LedgerObservations(Full(), true);
  EXPECT_EQ(Find(list, "work.optimizer_steps")->metric_class, MetricClass::kD1);
  EXPECT_EQ(Find(list, "plan.optimizer_steps")->metric_class, MetricClass::kD0);
  EXPECT_EQ(Find(list, "operators.aten::mm")->metric_class, MetricClass::kD1);
}

TEST(LedgerObservations, CountsThatADeadProcessTookAlongAreNotJudged) {
  ledger::Ledger ledger = Full();
  EXPECT_EQ(Find(LedgerObservations(ledger, false), "work.flops")->values.size(), 1u);
  ledger.observed.uncounted_steps = 1;
  const auto list = LedgerObservations(ledger, false);
  for (const char* name : {"work.flops", "operators.aten::mm", "operators.shapes",
                           "memory.allocations", "memory.allocated_bytes"}) {
    EXPECT_EQ(Find(list, name), nullptr) << name;
  }
  EXPECT_NE(Find(list, "work.optimizer_steps"), nullptr);
  EXPECT_NE(Find(list, "memory.peak_bytes"), nullptr);
}

TEST(LedgerObservations, WhatWasNotMeasuredIsLeftOut) {
  const auto list = LedgerObservations(ledger::HonestLedger(), false);
  EXPECT_EQ(Find(list, "memory.peak_bytes"), nullptr);
  EXPECT_EQ(Find(list, "tokenizer.digest"), nullptr);
}

}  // namespace
}  // namespace plumbline::check
