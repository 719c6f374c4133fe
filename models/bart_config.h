// What a BART config.json says, checked. Read by model_bart.cc and model_bart_decode.cc.
#ifndef PLUMBLINE_MODELS_BART_CONFIG_H_
#define PLUMBLINE_MODELS_BART_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/json.h"

namespace plumbline::models {

// Defaults are those of transformers 5.23's BartConfig, which a checkpoint may rely on.
struct BartConfig {
  int64_t vocab_size = 50265;
  int64_t d_model = 1024;
  int64_t max_position_embeddings =
      1024;  // tokens an item; the table has kBartPositionOffset rows more
  int64_t encoder_layers = 12;
  int64_t decoder_layers = 12;
  int64_t encoder_attention_heads = 16;
  int64_t decoder_attention_heads = 16;
  int64_t encoder_ffn_dim = 4096;
  int64_t decoder_ffn_dim = 4096;
  double dropout = 0.1;
  double attention_dropout = 0.0;
  double activation_dropout = 0.0;
  double encoder_layerdrop = 0.0;
  double decoder_layerdrop = 0.0;
  double init_std = 0.02;
  bool scale_embedding = false;
  std::string activation_function = "gelu";  // gelu (exact), gelu_new, relu, silu
  std::optional<int64_t> pad_token_id = 1;   // its embedding row receives no gradient from inputs

  // sqrt(d_model) or 1.
  double embedding_scale() const;
};

// Position p of an item reads row p + 2 of the table.
inline constexpr int64_t kBartPositionOffset = 2;

// Errors: kModel for a wrong type, an impossible size, or a setting that changes the output and is
// not supported.
BartConfig ReadBartConfig(const Json& config);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_BART_CONFIG_H_
