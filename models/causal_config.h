// What the config.json of a decoder-only model says, checked: Llama 3.x and dense Qwen3 differ in a
// few switches. Read by model_causal.cc and model_causal_decode.cc; filled through a family's
// dialect.
#ifndef PLUMBLINE_MODELS_CAUSAL_CONFIG_H_
#define PLUMBLINE_MODELS_CAUSAL_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/json.h"
#include "models/nn/rope.h"

namespace plumbline::models {

struct CausalConfig {
  int64_t vocab_size = 32000;
  int64_t hidden_size = 4096;
  int64_t intermediate_size = 11008;
  int64_t num_hidden_layers = 32;
  int64_t num_attention_heads = 32;
  int64_t num_key_value_heads = 32;
  int64_t head_dim = 128;                  // independent of hidden_size / num_attention_heads
  int64_t max_position_embeddings = 2048;  // rotary positions have no table: a hint, never a limit
  double rms_norm_eps = 1e-6;
  double attention_dropout = 0.0;
  double initializer_range = 0.02;
  bool attention_bias = false;  // q, k, v and o
  bool mlp_bias = false;        // gate, up and down
  bool has_qk_norm = false;     // RMS norm of each query and key head before the rotation
  bool tie_word_embeddings = false;
  std::optional<int64_t> pad_token_id;  // its embedding row receives no gradient from inputs
  nn::RopeSettings rope;

  int64_t query_width() const { return num_attention_heads * head_dim; }
  int64_t key_width() const { return num_key_value_heads * head_dim; }
};

// What a family adds to the common keys.
struct CausalDialect {
  std::string name;       // for errors
  CausalConfig defaults;  // of transformers 5.23's config class, which a checkpoint may rely on
  bool derives_sizes =
      false;                  // absent head_dim and num_key_value_heads follow from the other sizes
  bool has_mlp_bias = false;  // the key mlp_bias means something
  bool has_sliding_window = false;  // so do use_sliding_window, max_window_layers and layer_types
};

// Both dialects of config.json: transformers 4 (rope_theta, rope_scaling with type or rope_type)
// and 5 (rope_parameters). Errors: kModel for a wrong type, an impossible size, or a setting that
// changes the output and is not supported: another activation, another rope type than default,
// linear or llama3, a sliding window in use.
CausalConfig ReadCausalConfig(const Json& config, const CausalDialect& dialect);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_CAUSAL_CONFIG_H_
