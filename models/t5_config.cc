#include "models/t5_config.h"

#include <cmath>
#include <string_view>

#include "models/config_fields.h"

namespace plumbline::models {
namespace {

// An activation by the names of transformers' ACT2FN, as nn::Activate calls it.
std::string ActivationOf(const ConfigFields& fields, const char* key, const std::string& name) {
  constexpr std::string_view kKnown[] = {"relu", "gelu", "gelu_new", "silu"};
  if (name == "swish") return "silu";
  for (const std::string_view known : kKnown) {
    if (name == known) return name;
  }
  fields.Refuse(key, name, "relu, gelu, gelu_new or silu, for a gated layer behind `gated-`");
}

// feed_forward_proj is X or gated-X, where gated-gelu means the tanh form; dense_act_fn and is_gated_act, which
// transformers derives from it and writes too, win over it when it reads them.
void ReadActivation(const ConfigFields& fields, T5Config& read, const std::string& fallback) {
  constexpr std::string_view kGated = "gated-";
  const std::string projection = fields.Text("feed_forward_proj", fallback);
  const bool is_gated = projection.starts_with(kGated);
  std::string name = is_gated ? projection.substr(kGated.size()) : projection;
  if (projection == "gated-gelu") name = "gelu_new";
  read.is_gated = fields.Flag("is_gated_act", is_gated);
  const bool is_named = fields.Has("dense_act_fn");
  read.activation = ActivationOf(fields, is_named ? "dense_act_fn" : "feed_forward_proj",
                                 fields.Text("dense_act_fn", name));
}

bool HasOwnHead(const ConfigFields& fields, StoredHead head) {
  if (head == StoredHead::kNothingStored) return !fields.Flag("tie_word_embeddings", true);
  return head == StoredHead::kDifferent;
}

T5Config DefaultsOf(T5Variant variant) {
  T5Config read;
  if (variant == T5Variant::kT5) return read;
  read.vocab_size = 250112;
  read.d_ff = 1024;
  read.num_layers = 8;
  read.num_heads = 6;
  return read;
}

// The logarithmic half of the buckets needs a place and a distance beyond the exact half.
void RequireBuckets(const ConfigFields& fields, const T5Config& read) {
  if (read.num_buckets < 4) {
    fields.Refuse("relative_attention_num_buckets", read.num_buckets, "4 or more");
  }
  if (read.max_distance <= read.num_buckets / 2) {
    fields.Refuse("relative_attention_max_distance", read.max_distance,
                  "more than half of relative_attention_num_buckets " +
                      std::to_string(read.num_buckets));
  }
}

}  // namespace

double T5Config::logit_scale() const { return 1 / std::sqrt(static_cast<double>(d_model)); }

T5Config ReadT5Config(const Json& config, T5Variant variant, StoredHead head) {
  const bool is_mt5 = variant == T5Variant::kMt5;
  const ConfigFields fields(is_mt5 ? "reading mT5's config.json" : "reading T5's config.json", config);
  T5Config read = DefaultsOf(variant);
  read.vocab_size = fields.Count("vocab_size", read.vocab_size);
  read.d_model = fields.Count("d_model", read.d_model);
  read.d_kv = fields.Count("d_kv", read.d_kv);
  read.d_ff = fields.Count("d_ff", read.d_ff);
  read.num_layers = fields.Count("num_layers", read.num_layers);
  read.num_decoder_layers = fields.CountOrNull("num_decoder_layers", read.num_layers);
  read.num_heads = fields.Count("num_heads", read.num_heads);
  read.num_buckets = fields.Count("relative_attention_num_buckets", read.num_buckets);
  read.max_distance = fields.Count("relative_attention_max_distance", read.max_distance);
  read.dropout_rate = fields.Rate("dropout_rate", read.dropout_rate);
  read.layer_norm_epsilon = fields.Positive("layer_norm_epsilon", read.layer_norm_epsilon);
  read.initializer_factor = fields.NotNegative("initializer_factor", read.initializer_factor);
  ReadActivation(fields, read, is_mt5 ? "gated-gelu" : "relu");
  if (!fields.Flag("is_encoder_decoder", true))
    fields.Refuse("is_encoder_decoder", false, "true: an encoder alone has no output");
  read.scales_logits =
      !is_mt5 && fields.Flag("scale_decoder_outputs", fields.Flag("tie_word_embeddings", true));
  read.has_own_head = HasOwnHead(fields, head);
  RequireBuckets(fields, read);
  return read;
}

}  // namespace plumbline::models
