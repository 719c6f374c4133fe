// The reference files of tests/golden/{bart,t5,causal} as tensors, rows of the first two as batches, and the comparison
// that explains itself.
#ifndef PLUMBLINE_TESTS_PARITY_BART_GOLDEN_H_
#define PLUMBLINE_TESTS_PARITY_BART_GOLDEN_H_

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "models/model.h"
#include "models/safetensors.h"
#include "tests/testing/device/test_device.h"

namespace plumbline::testing {

// The checkpoints: unequal stacks; one layer with scaled embeddings; non-zero final_logits_bias.
inline constexpr const char* kBartShapes[] = {"uneven", "single", "biased"};

// T5 1.0 and tied; T5 1.1, its own head, unequal stacks; mT5 of one layer, its own head; a deeper decoder, tied.
inline constexpr const char* kT5Shapes[] = {"relu", "gated", "mt5", "silu"};

// A checkpoint saved by transformers and what it computed.
struct TransformersGolden {
  // `family`: the folder of tests/golden.
  TransformersGolden(const std::string& family, const std::string& shape);

  std::unique_ptr<models::Model> Load() const { return models::LoadModel(directory, TestDevice()); }
  at::Tensor Tensor(
      const std::string& name) const;  // of expected.safetensors; fails on an unknown name
  bool Has(const std::string& name) const { return tensors.Find(name) != nullptr; }

  std::filesystem::path directory;
  Json expected;  // expected.json
  models::SafetensorsFile tensors;
};

struct BartGolden : TransformersGolden {
  explicit BartGolden(const std::string& shape) : TransformersGolden("bart", shape) {}
};

// Rows of golden JSON ({"input_ids", "decoder_input_ids", "labels"}) packed in order.
models::PackedBatch PackItems(const Json& items);

// Passes when |found - wanted| <= tolerance everywhere; else names the tensor, the index and the
// largest difference.
::testing::AssertionResult Near(const std::string& name, const at::Tensor& found,
                                const at::Tensor& wanted, double tolerance);

// The largest absolute difference of two tensors of one shape.
double LargestDifference(const at::Tensor& a, const at::Tensor& b);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_PARITY_BART_GOLDEN_H_
