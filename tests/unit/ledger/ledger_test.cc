#include "harness/ledger/ledger.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"
#include "tests/unit/ledger/training_loop.h"

namespace plumbline::ledger {
namespace {

TEST(LedgerJson, TextReadsBackToTheSameText) {
  Ledger ledger = HonestLedger();
  ledger.declared.data_digests = {{"train", "ab"}};
  ledger.observed.operator_calls = {{"aten::mm", 12}};
  ledger.observed.operator_shape_calls = {{"aten::mm [2x3,3x4]", 12}};
  ledger.observed.adapter_modules = {"q_proj"};
  ledger.declared.layers_without_adapter = {"model.layers.0"};
  ledger.declared.compute_dtype = "bfloat16";
  ledger.observed.product_dtypes = {{"bfloat16", 3}};
  ledger.observed.first_nonfinite_step = 2;
  ledger.observed.first_nonfinite_place = "a weight";
  ledger.observed.notes = {"one", "two"};
  ledger.observed.uncounted_steps = 2;
  ledger.observed.loss_weight_min = 0.25;
  ledger.observed.loss_weight_max = 4;
  ledger.observed.learning_rates.push_back(0.1);  // not exact in decimal
  const std::string text = DumpJson(ToJson(ledger));
  EXPECT_EQ(DumpJson(ToJson(LedgerFromJson(ParseJson(text, "ledger.json")))), text);
}

TEST(LedgerJson, MissingFieldIsNamed) {
  Json json = ToJson(HonestLedger());
  json["observed"].erase("backward_calls");
  EXPECT_ERROR(LedgerFromJson(json), ErrorKind::kData, "observed.backward_calls");
}

TEST(LedgerJson, AnOlderLedgerLacksTheLaterFields) {
  Json json = ToJson(HonestLedger());
  json["declared"].erase("compute_dtype");
  json["declared"].erase("layers_without_adapter");
  for (const char* name : {"product_dtypes", "notes", "first_nonfinite_step", "uncounted_steps",
                           "loss_weight_min", "loss_weight_max"}) {
    json["observed"].erase(name);
  }
  const Ledger ledger = LedgerFromJson(json);
  EXPECT_EQ(ledger.declared.compute_dtype, "");
  EXPECT_EQ(ledger.observed.first_nonfinite_step, kUnknown);
  EXPECT_EQ(ledger.observed.uncounted_steps, 0);
}

TEST(LedgerJson, WrongTypeIsNamed) {
  Json json = ToJson(HonestLedger());
  json["declared"]["optimizer_steps"] = "500";
  EXPECT_ERROR(LedgerFromJson(json), ErrorKind::kData, "declared.optimizer_steps");
}

TEST(LedgerJson, UnknownEndingIsRefused) {
  Json json = ToJson(HonestLedger());
  json["observed"]["ending"] = "fine";
  EXPECT_ERROR(LedgerFromJson(json), ErrorKind::kData, "'fine'");
}

TEST(LedgerJson, AnotherMajorVersionIsRefused) {
  Json json = ToJson(HonestLedger());
  json["schema"]["major"] = 2;
  EXPECT_ERROR(LedgerFromJson(json), ErrorKind::kData, "found 2, wanted 1");
}

}  // namespace
}  // namespace plumbline::ledger
