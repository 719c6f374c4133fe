// What a training step over weights in 4 bits holds at its peak, beside the same step over fp32 weights.
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>

#include "harness/train/allocation_counter.h"
#include "models/adapt/adapter.h"
#include "models/adapt/quantize.h"
#include "models/model.h"

namespace plumbline::models {
namespace {

// Twelve layers: one layer's weights, alive while they are multiplied, are a small share.
const Json kShape = {{"model_type", "llama"},       {"vocab_size", 512},        {"hidden_size", 256},
                     {"intermediate_size", 704},    {"num_hidden_layers", 12},  {"num_attention_heads", 4},
                     {"num_key_value_heads", 2},    {"head_dim", 64},           {"rms_norm_eps", 1e-5},
                     {"max_position_embeddings", 512}, {"rope_theta", 10000.0}, {"tie_word_embeddings", true},
                     {"bos_token_id", 1},           {"eos_token_id", 2}};

PackedBatch Batch() {
  PackedBatch batch;
  batch.source_ids_N = at::empty({0}, at::kLong);
  batch.source_offsets = {0};
  batch.decoder_input_ids_M = at::arange(4, 132, at::kLong);
  batch.labels_M = at::arange(5, 133, at::kLong);
  batch.target_offsets = {0, 64, 128};
  return batch;
}

void Adapt(Model& model) {
  LoraConfig lora;
  lora.r = 4;
  lora.target_modules = "all-linear";
  AttachAdapter(model, lora, 1, "");
  model.SetGradientCheckpointing(true);
}

int64_t PeakOfStep(Model& model) {
  model.Loss(Batch(), 0.0, true).loss.backward();  // gradients of the adapter exist from here on
  const train::AllocationCounter counter;
  model.Loss(Batch(), 0.0, true).loss.backward();
  return counter.counts().peak_bytes;
}

TEST(QloraMemory, APeakFallsByFourFifthsOfTheQuantizedWeights) {
  const auto full = InitializeModel(kShape, 1, at::kCPU);
  const auto quantized = InitializeModel(kShape, 1, at::kCPU);
  const Quantized done =
      QuantizeLinears(*quantized, "", {.quant_type = "nf4", .use_double_quant = true});
  Adapt(*full);
  Adapt(*quantized);
  const int64_t weight_bytes = 4 * done.elements;
  const int64_t full_peak = weight_bytes + PeakOfStep(*full);
  const int64_t quantized_peak = done.resident_bytes + PeakOfStep(*quantized);
  std::printf("weights %lld bytes in fp32, %lld in 4 bits; peak with them %lld -> %lld\n",
              static_cast<long long>(weight_bytes), static_cast<long long>(done.resident_bytes),
              static_cast<long long>(full_peak), static_cast<long long>(quantized_peak));
  EXPECT_EQ(done.modules, 12 * 7);
  EXPECT_LE(static_cast<double>(done.resident_bytes), 0.15 * static_cast<double>(weight_bytes));
  EXPECT_GE(static_cast<double>(full_peak - quantized_peak), 0.8 * static_cast<double>(weight_bytes));
}

// The fp32 bytes are really gone, not only unused.
TEST(QloraMemory, QuantizingFreesTheWeights) {
  const auto model = InitializeModel(kShape, 1, at::kCPU);
  size_t before = 0, after = 0;
  for (const NamedTensor& parameter : model->Parameters()) before += parameter.value.storage().nbytes();
  const Quantized done = QuantizeLinears(*model, "", {});
  for (const NamedTensor& parameter : model->Parameters()) after += parameter.value.storage().nbytes();
  EXPECT_LT(after, before);
  EXPECT_GE(before - after, static_cast<size_t>(4 * done.elements));
}

}  // namespace
}  // namespace plumbline::models
