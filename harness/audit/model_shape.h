// Parameter counts from shapes: of config.json, or of well-known checkpoints by their names.
// Source: the published config.json of each; counts recomputed by hand in model_shape_test.
#ifndef PLUMBLINE_HARNESS_AUDIT_MODEL_SHAPE_H_
#define PLUMBLINE_HARNESS_AUDIT_MODEL_SHAPE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::audit {

struct ModelShape {
  std::string name;    // "Llama-3.2-3B", or "config.json"
  std::string family;  // "decoder" (Llama, Qwen), "bart", "t5"
  int64_t vocabulary = 0;
  int64_t width = 0;
  int64_t query = 0;      // heads * head width
  int64_t key_value = 0;  // kv heads * head width
  int64_t ffn = 0;
  int64_t layers = 0;          // of a decoder, or of the encoder
  int64_t decoder_layers = 0;  // of an encoder-decoder
  int64_t positions = 0;       // learned position rows of one side
  int64_t heads = 0;
  int64_t head_width = 0;
  bool tied = false;
  bool query_key_norm = false;
};

std::optional<ModelShape> ShapeByName(std::string_view lowered_name);
std::optional<ModelShape> ShapeOfConfig(const Json& config);
int64_t TotalParameters(const ModelShape& shape);

// r * sum of (in + out) over the targeted linears of a decoder ("q_proj", "gate_proj" ...), or of a
// T5's attention ("q", "v"). 0: none of the targets exists.
int64_t LoraParameters(const ModelShape& shape, int64_t rank, const std::vector<std::string>& targets);

// The rank and target set whose count is exactly `trainable`, as words; empty: none of the usual.
std::string ExplainLora(const ModelShape& shape, int64_t trainable);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_MODEL_SHAPE_H_
