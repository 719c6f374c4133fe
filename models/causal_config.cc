#include "models/causal_config.h"

#include <string>

#include "models/config_fields.h"
#include "models/nn/kernels/group_attention.h"

namespace plumbline::models {
namespace {

// rope_scaling of transformers 4 wins over rope_parameters, as in transformers 5.23.
Json RopeFields(const ConfigFields& fields, const Json& config) {
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    if (!fields.Has(key)) continue;
    const Json& rope = config.at(key);
    if (!rope.is_object()) fields.Refuse(key, rope, "an object");
    for (const auto& entry : rope.items()) {
      if (entry.value().is_object()) fields.Refuse(key, rope, "one set of values for all layers");
    }
    if (!rope.empty()) return rope;
  }
  return Json::object();
}

void ReadLlama3Scaling(const ConfigFields& rope, const ConfigFields& config, nn::RopeSettings* read,
                       int64_t max_position_embeddings) {
  for (const char* key : {"factor", "low_freq_factor", "high_freq_factor"}) {
    if (!rope.Has(key)) rope.Refuse(key, Json(), "a number: rope type llama3 needs it");
  }
  read->low_freq_factor = rope.Positive("low_freq_factor", read->low_freq_factor);
  read->high_freq_factor = rope.Positive("high_freq_factor", read->high_freq_factor);
  if (read->high_freq_factor <= read->low_freq_factor) {
    rope.Refuse("high_freq_factor", read->high_freq_factor, "more than low_freq_factor");
  }
  const char* original = "original_max_position_embeddings";
  read->original_max_position_embeddings =
      config.Count(original, rope.Count(original, max_position_embeddings));
}

nn::RopeSettings ReadRope(const ConfigFields& config, const Json& json, const std::string& what,
                          const CausalConfig& read) {
  const Json values = RopeFields(config, json);
  const ConfigFields rope(what + ", rotary positions", values);
  nn::RopeSettings settings;
  settings.head_width = read.head_dim;
  settings.theta = rope.Positive("rope_theta", config.Positive("rope_theta", settings.theta));
  const std::string type = rope.Text("rope_type", rope.Text("type", "default"));
  if (rope.Positive("partial_rotary_factor", config.Positive("partial_rotary_factor", 1.0)) !=
      1.0) {
    rope.Refuse("partial_rotary_factor", values, "1, or none");
  }
  if (type == "default") return settings;
  if (type != "linear" && type != "llama3") {
    rope.Refuse("rope_type", type, "default, linear or llama3");
  }
  if (!rope.Has("factor"))
    rope.Refuse("factor", Json(), "a number: rope type " + type + " needs it");
  settings.factor = rope.Positive("factor", settings.factor);
  settings.scaling = type == "linear" ? nn::RopeScaling::kLinear : nn::RopeScaling::kLlama3;
  if (type == "llama3") ReadLlama3Scaling(rope, config, &settings, read.max_position_embeddings);
  return settings;
}

void RefuseSlidingWindow(const ConfigFields& fields, const Json& config, int64_t num_layers) {
  if (fields.Has("layer_types")) {
    for (const Json& type : config.at("layer_types")) {
      if (type != "full_attention") fields.Refuse("layer_types", type, "full_attention alone");
    }
    return;
  }
  constexpr double kDefaultWindowLayers = 28;  // transformers 5.23, Qwen3Config
  const bool is_used = fields.Flag("use_sliding_window", false) &&
                       (!config.contains("sliding_window") || fields.Has("sliding_window"));
  const double first = fields.NotNegative("max_window_layers", kDefaultWindowLayers);
  if (is_used && first < static_cast<double>(num_layers)) {
    fields.Refuse("use_sliding_window", true,
                  "false: attention over a sliding window is not supported");
  }
}

void RequireSizesThatFit(const ConfigFields& fields, const CausalConfig& read) {
  if (read.num_attention_heads % read.num_key_value_heads != 0) {
    fields.Refuse("num_key_value_heads", read.num_key_value_heads,
                  "a divisor of the " + std::to_string(read.num_attention_heads) + " heads");
  }
  if (read.head_dim % 2 != 0 || read.head_dim > nn::kMaxHeadWidth) {
    fields.Refuse("head_dim", read.head_dim,
                  "an even number up to " + std::to_string(nn::kMaxHeadWidth));
  }
}

}  // namespace

CausalConfig ReadCausalConfig(const Json& config, const CausalDialect& dialect) {
  const std::string what = "reading " + dialect.name + "'s config.json";
  const ConfigFields fields(what, config);
  CausalConfig read = dialect.defaults;
  read.vocab_size = fields.Count("vocab_size", read.vocab_size);
  read.hidden_size = fields.Count("hidden_size", read.hidden_size);
  read.intermediate_size = fields.Count("intermediate_size", read.intermediate_size);
  read.num_hidden_layers = fields.Count("num_hidden_layers", read.num_hidden_layers);
  read.num_attention_heads = fields.Count("num_attention_heads", read.num_attention_heads);
  read.num_key_value_heads = fields.CountOrNull(
      "num_key_value_heads", dialect.derives_sizes || config.contains("num_key_value_heads")
                                 ? read.num_attention_heads
                                 : read.num_key_value_heads);
  if (dialect.derives_sizes && !fields.Has("head_dim")) {
    if (read.hidden_size % read.num_attention_heads != 0) {
      fields.Refuse("num_attention_heads", read.num_attention_heads,
                    "a divisor of hidden_size " + std::to_string(read.hidden_size));
    }
    read.head_dim = read.hidden_size / read.num_attention_heads;
  } else {
    read.head_dim = fields.Count("head_dim", read.head_dim);
  }
  read.max_position_embeddings =
      fields.Count("max_position_embeddings", read.max_position_embeddings);
  read.rms_norm_eps = fields.Positive("rms_norm_eps", read.rms_norm_eps);
  read.attention_dropout =
      fields.Has("attention_dropout") ? fields.Rate("attention_dropout", 0) : 0;
  read.initializer_range = fields.NotNegative("initializer_range", read.initializer_range);
  read.attention_bias = fields.Flag("attention_bias", read.attention_bias);
  if (dialect.has_mlp_bias) read.mlp_bias = fields.Flag("mlp_bias", read.mlp_bias);
  read.tie_word_embeddings = fields.Flag("tie_word_embeddings", read.tie_word_embeddings);
  read.pad_token_id = fields.PaddingId("pad_token_id", read.vocab_size);
  if (fields.Text("hidden_act", "silu") != "silu") {
    fields.Refuse("hidden_act", config.at("hidden_act"), "silu");
  }
  if (fields.Flag("is_encoder_decoder", false)) fields.Refuse("is_encoder_decoder", true, "false");
  if (dialect.has_sliding_window) RefuseSlidingWindow(fields, config, read.num_hidden_layers);
  RequireSizesThatFit(fields, read);
  read.rope = ReadRope(fields, config, what, read);
  return read;
}

}  // namespace plumbline::models
