#include "harness/measure/machine_limits.h"

#include <gtest/gtest.h>

namespace plumbline::measure {
namespace {

TEST(MachineLimits, GivesOnePositiveRawValueARepetition) {
  const MachineLimits limits = MeasureMachineLimits(3);
  ASSERT_EQ(limits.sgemm_gflop_per_s.size(), 3u);
  ASSERT_EQ(limits.read_gb_per_s.size(), 3u);
  for (const double value : limits.sgemm_gflop_per_s) EXPECT_GT(value, 0);
  for (const double value : limits.read_gb_per_s) EXPECT_GT(value, 0);
}

}  // namespace
}  // namespace plumbline::measure
