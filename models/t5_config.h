// What the config.json of T5 1.0, T5 1.1 or mT5 says, checked. Read by model_t5.cc and model_t5_decode.cc.
#ifndef PLUMBLINE_MODELS_T5_CONFIG_H_
#define PLUMBLINE_MODELS_T5_CONFIG_H_

#include <cstdint>
#include <string>

#include "harness/base/json.h"
#include "models/family.h"

namespace plumbline::models {

// Two model types of one architecture; mT5 never scales its logits and has other defaults.
enum class T5Variant { kT5, kMt5 };

// Defaults are those of transformers 5.23's T5Config; ReadT5Config applies MT5Config's where they differ.
struct T5Config {
  int64_t vocab_size = 32128;
  int64_t d_model = 512;
  int64_t d_kv = 64;  // of a head; heads * d_kv need not be d_model
  int64_t d_ff = 2048;
  int64_t num_layers = 6;
  int64_t num_decoder_layers = 6;
  int64_t num_heads = 8;
  int64_t num_buckets = 32;    // of the relative position bias
  int64_t max_distance = 128;  // from which on all positions share the last bucket
  double dropout_rate = 0.1;
  double layer_norm_epsilon = 1e-6;
  double initializer_factor = 1.0;
  std::string activation = "relu";  // a name of nn::Activate
  bool is_gated = false;
  bool scales_logits = true;  // hidden states by d_model ^ -0.5 before the output projection
  bool has_own_head = false;  // lm_head.weight apart from shared.weight

  int64_t inner_width() const { return num_heads * d_kv; }
  double logit_scale() const;  // d_model ^ -0.5
};

// Tying follows the stored tensors, not the config: transformers 5 writes tie_word_embeddings true whatever the head
// is. Without stored tensors the config decides. Logits are scaled by scale_decoder_outputs if present, else unless
// tie_word_embeddings is false. Source: transformers 5.23, configuration_t5.py, configuration_mt5.py.
// Errors: kModel for a wrong type, an impossible size, or a setting that changes the output and is not supported.
T5Config ReadT5Config(const Json& config, T5Variant variant, StoredHead head);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_T5_CONFIG_H_
