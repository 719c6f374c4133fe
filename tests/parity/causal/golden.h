// The reference files of tests/golden/causal as batches and tensors.
#ifndef PLUMBLINE_TESTS_PARITY_CAUSAL_GOLDEN_H_
#define PLUMBLINE_TESTS_PARITY_CAUSAL_GOLDEN_H_

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "harness/base/json.h"
#include "models/model.h"
#include "models/safetensors.h"

namespace plumbline::testing {

// Llama with every branch of the llama3 scaling, biases, one key head, tied; one untied layer with
// linear scaling and transformers 4 keys; transformers 4 with llama3. Qwen3 tied with transformers
// 5 keys; one untied layer with biases.
inline constexpr const char* kCausalShapes[] = {"llama_scaled", "llama_single", "llama_plain",
                                                "qwen3_wide", "qwen3_single"};
// Stored in half precision.
inline constexpr const char* kCausalHalves[] = {"llama_bfloat16", "qwen3_float16"};

struct CausalGolden {
  explicit CausalGolden(const std::string& shape);

  std::unique_ptr<models::Model> Load() const { return models::LoadModel(directory, at::kCPU); }
  at::Tensor Tensor(
      const std::string& name) const;  // of expected.safetensors; fails on an unknown name
  bool Has(const std::string& name) const { return tensors.Find(name) != nullptr; }

  std::filesystem::path directory;
  Json expected;  // expected.json
  models::SafetensorsFile tensors;
};

// Rows of golden JSON ({"input_ids", "labels"}: prompt and continuation) packed in order by the
// harness's own batching.
models::PackedBatch PackCausalItems(const Json& items);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_PARITY_CAUSAL_GOLDEN_H_
