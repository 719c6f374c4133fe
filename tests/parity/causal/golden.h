// The reference files of tests/golden/causal, rows as batches.
#ifndef PLUMBLINE_TESTS_PARITY_CAUSAL_GOLDEN_H_
#define PLUMBLINE_TESTS_PARITY_CAUSAL_GOLDEN_H_

#include <string>

#include "harness/base/json.h"
#include "models/model.h"
#include "tests/parity/bart/golden.h"

namespace plumbline::testing {

// Llama with every branch of the llama3 scaling, biases, one key head, tied; one untied layer with
// linear scaling and transformers 4 keys; transformers 4 with llama3. Qwen3 tied with transformers
// 5 keys; one untied layer with biases.
inline constexpr const char* kCausalShapes[] = {"llama_scaled", "llama_single", "llama_plain",
                                                "qwen3_wide", "qwen3_single"};
// Stored in half precision.
inline constexpr const char* kCausalHalves[] = {"llama_bfloat16", "qwen3_float16"};

struct CausalGolden : TransformersGolden {
  explicit CausalGolden(const std::string& shape) : TransformersGolden("causal", shape) {}
};

// Rows of golden JSON ({"input_ids", "labels"}: prompt and continuation) packed in order by the
// harness's own batching.
models::PackedBatch PackCausalItems(const Json& items);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_PARITY_CAUSAL_GOLDEN_H_
