// Legend: D width, V vocabulary.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <string>
#include <utility>

#include "models/model_causal.h"
#include "models/named_linear.h"

namespace plumbline::models {
namespace {

// Collects (name, tensor) pairs in the order transformers registers them.
class Names {
 public:
  // Nothing for a tensor that this model does not have.
  void Add(const std::string& name, const at::Tensor& value) {
    if (value.defined()) all_.push_back({name, value});
  }

  void Add(const std::string& prefix, const nn::Linear& linear) {
    linears_.push_back({prefix, linear});
    Add(prefix + ".weight", linear.weight_OI);
    Add(prefix + ".bias", linear.bias_O);
  }

  void Add(const std::string& prefix, const CausalLayer& layer) {
    Add(prefix + "self_attn.q_proj", layer.qkv.parts[0]);
    Add(prefix + "self_attn.k_proj", layer.qkv.parts[1]);
    Add(prefix + "self_attn.v_proj", layer.qkv.parts[2]);
    Add(prefix + "self_attn.o_proj", layer.out);
    Add(prefix + "self_attn.q_norm.weight", layer.q_norm.weight_D);
    Add(prefix + "self_attn.k_norm.weight", layer.k_norm.weight_D);
    Add(prefix + "mlp.gate_proj", layer.gate_up.parts[0]);
    Add(prefix + "mlp.up_proj", layer.gate_up.parts[1]);
    Add(prefix + "mlp.down_proj", layer.down);
    Add(prefix + "input_layernorm.weight", layer.input_norm.weight_D);
    Add(prefix + "post_attention_layernorm.weight", layer.post_norm.weight_D);
  }

  std::vector<NamedTensor> Take() { return std::move(all_); }
  std::vector<NamedLinear> TakeLinears() { return std::move(linears_); }

 private:
  std::vector<NamedTensor> all_;
  std::vector<NamedLinear> linears_;
};

nn::RmsNorm AllocateNorm(int64_t width, const CausalConfig& settings,
                         const at::TensorOptions& options) {
  return nn::AllocateRmsNorm(width, settings.rms_norm_eps, nn::RmsRounding::kToInput, options);
}

CausalLayer AllocateLayer(const CausalConfig& settings, const at::TensorOptions& options) {
  const int64_t width = settings.hidden_size, inner = settings.intermediate_size;
  const nn::Bias attention_bias = settings.attention_bias ? nn::Bias::kEach : nn::Bias::kNone;
  const nn::Bias mlp_bias = settings.mlp_bias ? nn::Bias::kEach : nn::Bias::kNone;
  CausalLayer layer;
  layer.input_norm = AllocateNorm(width, settings, options);
  // No key part: the rotation keeps a key bias from shifting all scores of a query alike.
  layer.qkv = nn::AllocateMergedLinear(
      {settings.query_width(), settings.key_width(), settings.key_width()}, width,
      /*key_part=*/-1, options, attention_bias);
  if (settings.has_qk_norm) {
    layer.q_norm = AllocateNorm(settings.head_dim, settings, options);
    layer.k_norm = AllocateNorm(settings.head_dim, settings, options);
  }
  layer.out = nn::AllocateLinear(width, settings.query_width(), options, attention_bias);
  layer.post_norm = AllocateNorm(width, settings, options);
  layer.gate_up = nn::AllocateMergedLinear({inner, inner}, width, -1, options, mlp_bias);
  layer.down = nn::AllocateLinear(width, inner, options, mlp_bias);
  return layer;
}

Names NamesOf(const CausalWeights& weights) {
  Names names;
  names.Add("model.embed_tokens.weight", weights.embedding_VD);
  for (size_t i = 0; i < weights.layers.size(); ++i) {
    names.Add("model.layers." + std::to_string(i) + ".", weights.layers[i]);
  }
  names.Add("model.norm.weight", weights.norm.weight_D);
  names.Add("lm_head.weight", weights.head_VD);
  return names;
}

}  // namespace

CausalWeights AllocateCausalWeights(const CausalConfig& settings, bool is_tied,
                                    const at::TensorOptions& options) {
  const auto table = [&] {
    return at::empty({settings.vocab_size, settings.hidden_size}, options).requires_grad_(true);
  };
  CausalWeights weights;
  weights.embedding_VD = table();
  for (int64_t i = 0; i < settings.num_hidden_layers; ++i) {
    weights.layers.push_back(AllocateLayer(settings, options));
  }
  weights.norm = AllocateNorm(settings.hidden_size, settings, options);
  if (!is_tied) weights.head_VD = table();
  return weights;
}

std::vector<NamedTensor> NamedCausalParameters(const CausalWeights& weights) {
  return NamesOf(weights).Take();
}

std::vector<NamedLinear> NamedCausalLinears(const CausalWeights& weights) {
  return NamesOf(weights).TakeLinears();
}

}  // namespace plumbline::models
