// Llama and Qwen3 checkpoints stored in half precision, read as fp32, against transformers 5.23; the others are in
// tests/parity/ladder. See tests/golden/causal/MANIFEST.json.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tests/parity/causal/golden.h"

namespace plumbline {
namespace {

// fp32 through at most three layers of width 24: both sides differ by summation order alone.
constexpr double kLogitTolerance = 1e-5;

class CausalHalf : public ::testing::TestWithParam<const char*> {};

TEST_P(CausalHalf, HalfPrecisionFilesReadAsFp32GiveTransformersLogits) {
  const testing::CausalGolden golden{GetParam()};
  const auto model = golden.Load();
  EXPECT_EQ(model->Parameters()[0].value.scalar_type(), at::kFloat);
  const at::NoGradGuard no_grad;
  const models::PackedBatch batch = testing::PackCausalItems(golden.expected.at("batch"));
  const at::Tensor logits_MV = model->Logits(batch);
  for (int64_t i = 0; i < batch.num_items(); ++i) {
    const at::Tensor wanted = golden.Tensor("logits/" + std::to_string(i));
    const at::Tensor found =
        logits_MV.narrow(0, batch.target_offsets[static_cast<size_t>(i)], wanted.size(0));
    EXPECT_TRUE(testing::Near("logits of item " + std::to_string(i), found, wanted, kLogitTolerance));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CausalHalf, ::testing::ValuesIn(testing::kCausalHalves),
                         [](const auto& shape) { return std::string(shape.param); });

}  // namespace
}  // namespace plumbline
