// Llama and Qwen3 checkpoints stored in half precision, read as fp32, against transformers 5.23; the others are in
// tests/parity/ladder. See tests/golden/causal/MANIFEST.json.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tests/parity/causal/golden.h"
#include "tests/parity/ladder/rungs.h"

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
  testing::ExpectItemsNear(
      "logits", model->Logits(batch), batch, [&](int64_t i) { return golden.Tensor("logits/" + std::to_string(i)); },
      kLogitTolerance);
}

INSTANTIATE_TEST_SUITE_P(Shapes, CausalHalf, ::testing::ValuesIn(testing::kCausalHalves),
                         [](const auto& shape) { return std::string(shape.param); });

}  // namespace
}  // namespace plumbline
