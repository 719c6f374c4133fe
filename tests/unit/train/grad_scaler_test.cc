// The loss scale against torch.amp.GradScaler's rules, written out by hand.
#include "harness/train/grad_scaler.h"

#include <gtest/gtest.h>

namespace plumbline::train {
namespace {

TEST(GradScaler, AnOverflowHalvesTheScaleAtOnce) {
  GradScaler scaler;
  scaler.Update(false);
  EXPECT_EQ(scaler.scale, 32768);
  scaler.Update(false);
  EXPECT_EQ(scaler.scale, 16384);
}

TEST(GradScaler, TwoThousandCleanStepsDoubleIt) {
  GradScaler scaler;
  for (int step = 0; step < 1999; ++step) scaler.Update(true);
  EXPECT_EQ(scaler.scale, 65536);
  scaler.Update(true);
  EXPECT_EQ(scaler.scale, 131072);
  EXPECT_EQ(scaler.clean_steps, 0);
}

TEST(GradScaler, AnOverflowStartsTheCountAnew) {
  GradScaler scaler;
  for (int step = 0; step < 1999; ++step) scaler.Update(true);
  scaler.Update(false);
  for (int step = 0; step < 1999; ++step) scaler.Update(true);
  EXPECT_EQ(scaler.scale, 32768);
  scaler.Update(true);
  EXPECT_EQ(scaler.scale, 65536);
}

TEST(GradScaler, TheScaleNeverLeavesFp32) {
  GradScaler scaler;
  scaler.scale = 0x1p127;
  for (int step = 0; step < 2000; ++step) scaler.Update(true);
  EXPECT_EQ(scaler.scale, 0x1p127);
}

TEST(GradScaler, OnlySkipsInARowAreHopeless) {
  GradScaler scaler;
  for (int step = 0; step < 19; ++step) scaler.Update(false);
  EXPECT_FALSE(scaler.IsHopeless());
  GradScaler recovered = scaler;
  recovered.Update(true);
  recovered.Update(false);
  EXPECT_FALSE(recovered.IsHopeless());
  scaler.Update(false);
  EXPECT_TRUE(scaler.IsHopeless());
}

}  // namespace
}  // namespace plumbline::train
