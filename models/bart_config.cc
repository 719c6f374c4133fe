#include "models/bart_config.h"

#include <array>
#include <cmath>
#include <string_view>

#include "harness/base/error.h"

namespace plumbline::models {
namespace {

constexpr const char* kWhat = "reading BART's config.json";

[[noreturn]] void Refuse(std::string_view key, const Json& found, std::string_view wanted) {
  Fail(ErrorKind::kModel, kWhat, Quoted(key) + " = " + found.dump(), wanted, "another checkpoint");
}

int64_t Count(const Json& config, const char* key, int64_t fallback) {
  if (!config.contains(key)) return fallback;
  const Json& value = config.at(key);
  constexpr int64_t kLargest = int64_t{1} << 31;
  if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > kLargest) {
    Refuse(key, value, "a positive integer");
  }
  return value.get<int64_t>();
}

double Rate(const Json& config, const char* key, double fallback) {
  if (!config.contains(key)) return fallback;
  const Json& value = config.at(key);
  if (!value.is_number() || value.get<double>() < 0 || value.get<double>() >= 1) {
    Refuse(key, value, "a number in [0, 1)");
  }
  return value.get<double>();
}

bool Flag(const Json& config, const char* key, bool fallback) {
  if (!config.contains(key)) return fallback;
  if (!config.at(key).is_boolean()) Refuse(key, config.at(key), "true or false");
  return config.at(key).get<bool>();
}

double InitStd(const Json& config, double fallback) {
  if (!config.contains("init_std")) return fallback;
  const Json& value = config.at("init_std");
  if (!value.is_number() || value.get<double>() < 0)
    Refuse("init_std", value, "a number of at least 0");
  return value.get<double>();
}

std::string Activation(const Json& config, std::string fallback) {
  if (!config.contains("activation_function")) return fallback;
  const Json& value = config.at("activation_function");
  for (const char* known : {"gelu", "gelu_new", "relu", "silu"}) {
    if (value == known) return known;
  }
  Refuse("activation_function", value, "gelu, gelu_new, relu or silu");
}

std::optional<int64_t> PadTokenId(const Json& config, std::optional<int64_t> fallback,
                                  int64_t vocab_size) {
  if (!config.contains("pad_token_id")) return fallback;
  const Json& value = config.at("pad_token_id");
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer() || value.get<int64_t>() < 0 ||
      value.get<int64_t>() >= vocab_size) {
    Refuse("pad_token_id", value, "null or an id below vocab_size " + std::to_string(vocab_size));
  }
  return value.get<int64_t>();
}

// Keys of fairseq-era files and of mBART that would mean another network than this one.
void RefuseOtherNetworks(const Json& config) {
  struct Setting {
    const char* key;
    bool wanted;
  };
  constexpr std::array<Setting, 7> kSettings = {{{"normalize_before", false},
                                                 {"add_final_layer_norm", false},
                                                 {"static_position_embeddings", false},
                                                 {"add_bias_logits", false},
                                                 {"normalize_embedding", true},
                                                 {"is_encoder_decoder", true},
                                                 {"tie_word_embeddings", true}}};
  for (const Setting& setting : kSettings) {
    if (Flag(config, setting.key, setting.wanted) == setting.wanted) continue;
    Refuse(setting.key, config.at(setting.key),
           setting.wanted ? "true, as in BART" : "false, as in BART");
  }
}

void RequireWholeHeads(const BartConfig& read) {
  for (const int64_t heads : {read.encoder_attention_heads, read.decoder_attention_heads}) {
    if (read.d_model % heads == 0) continue;
    Fail(ErrorKind::kModel, kWhat,
         std::to_string(heads) + " heads for d_model " + std::to_string(read.d_model),
         "a number of heads that divides it", "another checkpoint");
  }
}

}  // namespace

double BartConfig::embedding_scale() const {
  return scale_embedding ? std::sqrt(static_cast<double>(d_model)) : 1.0;
}

BartConfig ReadBartConfig(const Json& config) {
  RefuseOtherNetworks(config);
  BartConfig read;
  read.vocab_size = Count(config, "vocab_size", read.vocab_size);
  read.d_model = Count(config, "d_model", read.d_model);
  read.max_position_embeddings =
      Count(config, "max_position_embeddings", read.max_position_embeddings);
  read.encoder_layers = Count(config, "encoder_layers", read.encoder_layers);
  read.decoder_layers = Count(config, "decoder_layers", read.decoder_layers);
  read.encoder_attention_heads =
      Count(config, "encoder_attention_heads", read.encoder_attention_heads);
  read.decoder_attention_heads =
      Count(config, "decoder_attention_heads", read.decoder_attention_heads);
  read.encoder_ffn_dim = Count(config, "encoder_ffn_dim", read.encoder_ffn_dim);
  read.decoder_ffn_dim = Count(config, "decoder_ffn_dim", read.decoder_ffn_dim);
  read.dropout = Rate(config, "dropout", read.dropout);
  read.attention_dropout = Rate(config, "attention_dropout", read.attention_dropout);
  read.activation_dropout = Rate(config, "activation_dropout", read.activation_dropout);
  read.encoder_layerdrop = Rate(config, "encoder_layerdrop", read.encoder_layerdrop);
  read.decoder_layerdrop = Rate(config, "decoder_layerdrop", read.decoder_layerdrop);
  read.init_std = InitStd(config, read.init_std);
  read.scale_embedding = Flag(config, "scale_embedding", read.scale_embedding);
  read.activation_function = Activation(config, read.activation_function);
  read.pad_token_id = PadTokenId(config, read.pad_token_id, read.vocab_size);
  RequireWholeHeads(read);
  return read;
}

}  // namespace plumbline::models
