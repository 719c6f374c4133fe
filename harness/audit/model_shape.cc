#include "harness/audit/model_shape.h"

#include <array>

namespace plumbline::audit {
namespace {

ModelShape Decoder(const char* name, int64_t vocabulary, int64_t width, int64_t query,
                   int64_t key_value, int64_t ffn, int64_t layers, bool tied, bool norm) {
  ModelShape shape;
  shape.name = name;
  shape.family = "decoder";
  shape.vocabulary = vocabulary;
  shape.width = width;
  shape.query = query;
  shape.key_value = key_value;
  shape.ffn = ffn;
  shape.layers = layers;
  shape.tied = tied;
  shape.query_key_norm = norm;
  shape.head_width = 128;
  return shape;
}

ModelShape Mt5(const char* name, int64_t width, int64_t heads, int64_t ffn, int64_t layers) {
  ModelShape shape;
  shape.name = name;
  shape.family = "t5";
  shape.vocabulary = 250112;
  shape.width = width;
  shape.heads = heads;
  shape.query = heads * 64;
  shape.key_value = shape.query;
  shape.ffn = ffn;
  shape.layers = layers;
  shape.decoder_layers = layers;
  return shape;
}

ModelShape KoBart() {
  ModelShape shape;
  shape.name = "KoBART-base";
  shape.family = "bart";
  shape.vocabulary = 30000;
  shape.width = 768;
  shape.query = 768;
  shape.key_value = 768;
  shape.ffn = 3072;
  shape.layers = 6;
  shape.decoder_layers = 6;
  shape.positions = 1026;
  shape.tied = true;
  return shape;
}

bool Contains(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.find(word) == std::string_view::npos) return false;
  }
  return true;
}

int64_t BartParameters(const ModelShape& s) {
  const int64_t attention = 4 * (s.width * s.width + s.width);
  const int64_t ffn = 2 * s.width * s.ffn + s.ffn + s.width;
  const int64_t encoder = attention + ffn + 2 * 2 * s.width;
  const int64_t decoder = 2 * attention + ffn + 3 * 2 * s.width;
  return s.vocabulary * s.width + 2 * (s.positions + 2) * s.width + 2 * 2 * s.width +
         s.layers * encoder + s.decoder_layers * decoder;
}

int64_t T5Parameters(const ModelShape& s) {
  constexpr int64_t kBuckets = 32;
  const int64_t attention = 4 * s.width * s.query;
  const int64_t ffn = 3 * s.width * s.ffn;
  const int64_t encoder = attention + ffn + 2 * s.width;
  const int64_t decoder = 2 * attention + ffn + 3 * s.width;
  return (s.tied ? 1 : 2) * s.vocabulary * s.width + s.layers * encoder +
         s.decoder_layers * decoder + 2 * kBuckets * s.heads + 2 * s.width;
}

int64_t DecoderParameters(const ModelShape& s) {
  const int64_t layer = 2 * s.width * s.query + 2 * s.width * s.key_value + 3 * s.width * s.ffn +
                        2 * s.width + (s.query_key_norm ? 2 * s.head_width : 0);
  return (s.tied ? 1 : 2) * s.vocabulary * s.width + s.layers * layer + s.width;
}

int64_t IntOf(const Json& config, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (config.contains(name) && config[name].is_number_integer()) {
      return config[name].get<int64_t>();
    }
  }
  return 0;
}

bool BoolOf(const Json& config, const char* name, bool otherwise) {
  if (!config.contains(name) || !config[name].is_boolean()) return otherwise;
  return config[name].get<bool>();
}

// in + out of one named linear of a decoder's layer; 0: there is none.
int64_t LinearSize(const ModelShape& s, std::string_view name) {
  if (s.family != "decoder") return 0;
  if (name == "q_proj" || name == "o_proj") return s.width + s.query;
  if (name == "k_proj" || name == "v_proj") return s.width + s.key_value;
  if (name == "gate_proj" || name == "up_proj" || name == "down_proj") return s.width + s.ffn;
  return 0;
}

}  // namespace

std::optional<ModelShape> ShapeByName(std::string_view name) {
  if (Contains(name, {"kobart"})) return KoBart();
  if (Contains(name, {"llama", "3.2", "3b"})) {
    return Decoder("Llama-3.2-3B", 128256, 3072, 3072, 1024, 8192, 28, true, false);
  }
  if (Contains(name, {"llama", "3.2", "1b"})) {
    return Decoder("Llama-3.2-1B", 128256, 2048, 2048, 512, 8192, 16, true, false);
  }
  if (Contains(name, {"qwen3", "4b"})) {
    return Decoder("Qwen3-4B", 151936, 2560, 4096, 1024, 9728, 36, true, true);
  }
  if (Contains(name, {"mt5", "xlsum"}) || Contains(name, {"mt5", "base"})) {
    return Mt5("mT5-base", 768, 12, 2048, 12);
  }
  if (Contains(name, {"mt5", "small"})) return Mt5("mT5-small", 512, 6, 1024, 8);
  if (Contains(name, {"mt5", "large"})) return Mt5("mT5-large", 1024, 16, 2816, 24);
  return std::nullopt;
}

std::optional<ModelShape> ShapeOfConfig(const Json& config) {
  if (!config.is_object()) return std::nullopt;
  const std::string type = config.value("model_type", Json("")).is_string()
                               ? config.value("model_type", Json("")).get<std::string>()
                               : "";
  if (type != "llama" && type != "qwen3" && type != "qwen2" && type != "mistral") {
    return std::nullopt;
  }
  const int64_t heads = IntOf(config, {"num_attention_heads"});
  const int64_t width = IntOf(config, {"hidden_size"});
  if (heads <= 0 || width <= 0) return std::nullopt;
  ModelShape shape;
  shape.name = "config.json";
  shape.family = "decoder";
  shape.vocabulary = IntOf(config, {"vocab_size"});
  shape.width = width;
  shape.head_width = IntOf(config, {"head_dim"});
  if (shape.head_width == 0) shape.head_width = width / heads;
  const int64_t kv_heads = IntOf(config, {"num_key_value_heads", "num_attention_heads"});
  shape.query = heads * shape.head_width;
  shape.key_value = kv_heads * shape.head_width;
  shape.ffn = IntOf(config, {"intermediate_size"});
  shape.layers = IntOf(config, {"num_hidden_layers"});
  shape.tied = BoolOf(config, "tie_word_embeddings", false);
  shape.query_key_norm = type == "qwen3";
  const bool whole = shape.vocabulary > 0 && shape.ffn > 0 && shape.layers > 0 && kv_heads > 0;
  // Projections with biases count differently: no statement.
  if (!whole || type == "qwen2" || BoolOf(config, "attention_bias", false) ||
      BoolOf(config, "mlp_bias", false)) {
    return std::nullopt;
  }
  return shape;
}

int64_t TotalParameters(const ModelShape& shape) {
  if (shape.family == "bart") return BartParameters(shape);
  if (shape.family == "t5") return T5Parameters(shape);
  return DecoderParameters(shape);
}

int64_t LoraParameters(const ModelShape& shape, int64_t rank,
                       const std::vector<std::string>& targets) {
  if (shape.family == "t5") {
    int64_t linears = 0;
    for (const std::string& target : targets) {
      if (target == "q" || target == "k" || target == "v" || target == "o") {
        linears += shape.layers + 2 * shape.decoder_layers;
      }
    }
    return rank * linears * (shape.width + shape.query);
  }
  int64_t layer = 0;
  for (const std::string& target : targets) layer += LinearSize(shape, target);
  return rank * shape.layers * layer;
}

std::string ExplainLora(const ModelShape& shape, int64_t trainable) {
  const std::vector<std::vector<std::string>> sets =
      shape.family == "t5"
          ? std::vector<std::vector<std::string>>{{"q", "v"}, {"q", "k", "v", "o"}}
          : std::vector<std::vector<std::string>>{
                {"q_proj", "v_proj"},
                {"q_proj", "k_proj", "v_proj", "o_proj"},
                {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}};
  for (const int64_t rank : {1, 2, 4, 8, 16, 32, 64, 128, 256}) {
    for (const auto& targets : sets) {
      if (LoraParameters(shape, rank, targets) != trainable) continue;
      std::string text = "r " + std::to_string(rank) + " on ";
      for (size_t i = 0; i < targets.size(); ++i) text += (i == 0 ? "" : ",") + targets[i];
      return text;
    }
  }
  return "";
}

}  // namespace plumbline::audit
