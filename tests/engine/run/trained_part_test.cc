// What the experiment reports' configurations train, counted on models of the full shapes.
#include "harness/run/trained_part.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "models/model.h"
#include "tests/unit/suites/full_size.h"

namespace plumbline::run {
namespace {

struct Printed {
  const char* suite;
  const char* preset;
  int64_t trainable;  // as the report prints it; mT5's prints none
  size_t modules;
};

// mT5-base, r 16: 12 encoder layers of 4 + 2 maps, 12 decoder layers of 8 + 2; every attention map
// 768 to 768, the gated inputs 768 to 2048.
constexpr int64_t kMt5 = 16 * (36 * 4 * (768 + 768) + 24 * 2 * (768 + 2048));

constexpr Printed kPrinted[] = {{"llama_lora", "llama-3.2-korean-3b", 24'313'856, 28 * 7},
                                {"qwen3_qlora", "qwen3-4b", 33'030'144, 36 * 7},
                                {"mt5_qlora", "mt5-xlsum", kMt5, 36 * 4 + 24 * 2}};

TEST(TrainedPart, FullSizeConfigurationsTrainWhatTheReportsPrint) {
  const testing::FullSize full_size;
  for (const Printed& printed : kPrinted) {
    const config::Resolved config = full_size.Resolve(printed.suite);
    const auto model = models::ShapeOf(
        ReadJsonFile(config::ShapeOfPreset(config::FindPreset(printed.preset, {}, "test"))));
    const TrainedPart part = ChooseTrainedPart(config, *model);
    EXPECT_EQ(part.trainable_parameters, printed.trainable) << printed.suite;
    EXPECT_EQ(part.adapter_modules.size(), printed.modules) << printed.suite;
    EXPECT_TRUE(part.layers_without_adapter.empty()) << printed.suite;
  }
}

TEST(TrainedPart, KoBartTrainsEveryWeight) {
  const testing::FullSize full_size;
  const auto model = models::ShapeOf(
      ReadJsonFile(config::ShapeOfPreset(config::FindPreset("kobart", {}, "test"))));
  EXPECT_TRUE(ChooseTrainedPart(full_size.Resolve("kobart_full"), *model).adapter_modules.empty());
  for (const models::NamedTensor& parameter : model->Parameters())
    EXPECT_TRUE(parameter.value.requires_grad()) << parameter.name;
}

}  // namespace
}  // namespace plumbline::run
