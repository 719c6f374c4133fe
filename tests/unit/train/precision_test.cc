// What is declared, what runs, and what is said about it.
#include "harness/train/precision.h"

#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

using ::testing::HasSubstr;

constexpr Hardware kSlowCpu = {.is_cpu = true, .has_fast_bfloat16 = false};
constexpr Hardware kFastCpu = {.is_cpu = true, .has_fast_bfloat16 = true};
constexpr Hardware kAccelerator = {.is_cpu = false, .has_fast_bfloat16 = true};

TEST(Precision, Bfloat16RunsInFp32OnACpuWithoutItsInstructionsAndSaysSo) {
  const Precision precision = ChoosePrecision(ComputeType::kBFloat16, kSlowCpu);
  EXPECT_EQ(precision.declared, ComputeType::kBFloat16);
  EXPECT_EQ(precision.used, ComputeType::kFloat32);
  EXPECT_THAT(precision.note, HasSubstr("products run in float32"));
}

TEST(Precision, Bfloat16RunsAsDeclaredWhereItIsFast) {
  for (const Hardware& hardware : {kFastCpu, kAccelerator}) {
    const Precision precision = ChoosePrecision(ComputeType::kBFloat16, hardware);
    EXPECT_EQ(precision.used, ComputeType::kBFloat16);
    EXPECT_EQ(precision.note, "");
  }
}

TEST(Precision, Float16RunsAsDeclaredAndIsCalledSlowOnACpu) {
  EXPECT_EQ(ChoosePrecision(ComputeType::kFloat16, kSlowCpu).used, ComputeType::kFloat16);
  EXPECT_THAT(ChoosePrecision(ComputeType::kFloat16, kFastCpu).note, HasSubstr("slow on a CPU"));
  EXPECT_EQ(ChoosePrecision(ComputeType::kFloat16, kAccelerator).note, "");
}

TEST(Precision, Fp32IsSilent) {
  EXPECT_EQ(ChoosePrecision(ComputeType::kFloat32, kSlowCpu).note, "");
}

TEST(Precision, AnAcceleratorCountsAsFast) { EXPECT_TRUE(HardwareOf(false).has_fast_bfloat16); }

TEST(Range, Float16IsRefusedForT5WithTheReason) {
  for (const char* type : {"t5", "mt5"}) {
    EXPECT_ERROR(RequireRange(ComputeType::kFloat16, type, false), ErrorKind::kUsage,
                 "leave the range of float16");
  }
}

TEST(Range, ItIsAllowedOnDemandForOthersAndInOtherTypes) {
  EXPECT_NO_THROW(RequireRange(ComputeType::kFloat16, "mt5", true));
  EXPECT_NO_THROW(RequireRange(ComputeType::kFloat16, "bart", false));
  EXPECT_NO_THROW(RequireRange(ComputeType::kBFloat16, "mt5", false));
  EXPECT_NO_THROW(RequireRange(ComputeType::kFloat32, "t5", false));
}

}  // namespace
}  // namespace plumbline::train
