// Legend: D width, P positions, V vocabulary.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <string>
#include <utility>

#include "models/model_bart.h"
#include "models/named_linear.h"

namespace plumbline::models {
namespace {

// Collects (name, tensor) pairs below a prefix, in the order transformers registers them.
class Names {
 public:
  void Add(const std::string& name, const at::Tensor& value) { all_.push_back({name, value}); }

  void Add(const std::string& prefix, const nn::Linear& linear) {
    linears_.push_back({prefix, linear});
    Add(prefix + ".weight", linear.weight_OI);
    Add(prefix + ".bias", linear.bias_O);
  }

  void Add(const std::string& prefix, const nn::LayerNorm& norm) {
    Add(prefix + ".weight", norm.weight_D);
    Add(prefix + ".bias", norm.bias_D);
  }

  // Transformers registers k, v, q, out.
  void Add(const std::string& prefix, const BartSelfAttention& self) {
    Add(prefix + "self_attn.k_proj", self.qkv.parts[1]);
    Add(prefix + "self_attn.v_proj", self.qkv.parts[2]);
    Add(prefix + "self_attn.q_proj", self.qkv.parts[0]);
    Add(prefix + "self_attn.out_proj", self.out);
    Add(prefix + "self_attn_layer_norm", self.norm);
  }

  void Add(const std::string& prefix, const BartCrossAttention& cross) {
    Add(prefix + "encoder_attn.k_proj", cross.kv.parts[0]);
    Add(prefix + "encoder_attn.v_proj", cross.kv.parts[1]);
    Add(prefix + "encoder_attn.q_proj", cross.q);
    Add(prefix + "encoder_attn.out_proj", cross.out);
    Add(prefix + "encoder_attn_layer_norm", cross.norm);
  }

  void Add(const std::string& prefix, const BartFeedForward& ffn) {
    Add(prefix + "fc1", ffn.up);
    Add(prefix + "fc2", ffn.down);
    Add(prefix + "final_layer_norm", ffn.norm);
  }

  std::vector<NamedTensor> Take() { return std::move(all_); }
  std::vector<NamedLinear> TakeLinears() { return std::move(linears_); }

 private:
  std::vector<NamedTensor> all_;
  std::vector<NamedLinear> linears_;
};

BartSelfAttention AllocateSelfAttention(int64_t width, const at::TensorOptions& options) {
  return {nn::AllocateMergedLinear({width, width, width}, width, 1, options),
          nn::AllocateLinear(width, width, options), nn::AllocateLayerNorm(width, options)};
}

BartFeedForward AllocateFeedForward(int64_t width, int64_t inner, const at::TensorOptions& options) {
  return {nn::AllocateLinear(inner, width, options), nn::AllocateLinear(width, inner, options),
          nn::AllocateLayerNorm(width, options)};
}

BartCrossAttention AllocateCrossAttention(int64_t width, const at::TensorOptions& options) {
  return {nn::AllocateLinear(width, width, options),
          nn::AllocateMergedLinear({width, width}, width, 0, options),
          nn::AllocateLinear(width, width, options), nn::AllocateLayerNorm(width, options)};
}

at::Tensor AllocateTable(int64_t rows, int64_t width, const at::TensorOptions& options) {
  return at::empty({rows, width}, options)
      .requires_grad_(true);
}

BartEmbedding AllocateEmbedding(const BartConfig& settings, const at::TensorOptions& options) {
  return {AllocateTable(settings.max_position_embeddings + kBartPositionOffset, settings.d_model,
                        options),
          nn::AllocateLayerNorm(settings.d_model, options)};
}

Names NamesOf(const BartWeights& weights) {
  Names names;
  names.Add("model.shared.weight", weights.shared_VD);
  names.Add("model.encoder.embed_positions.weight", weights.encoder_embedding.positions_PD);
  for (size_t i = 0; i < weights.encoder.size(); ++i) {
    const std::string prefix = "model.encoder.layers." + std::to_string(i) + ".";
    names.Add(prefix, weights.encoder[i].self);
    names.Add(prefix, weights.encoder[i].ffn);
  }
  names.Add("model.encoder.layernorm_embedding", weights.encoder_embedding.norm);
  names.Add("model.decoder.embed_positions.weight", weights.decoder_embedding.positions_PD);
  for (size_t i = 0; i < weights.decoder.size(); ++i) {
    const std::string prefix = "model.decoder.layers." + std::to_string(i) + ".";
    names.Add(prefix, weights.decoder[i].self);
    names.Add(prefix, weights.decoder[i].cross);
    names.Add(prefix, weights.decoder[i].ffn);
  }
  names.Add("model.decoder.layernorm_embedding", weights.decoder_embedding.norm);
  return names;
}

}  // namespace

BartWeights AllocateBartWeights(const BartConfig& settings, const at::TensorOptions& options) {
  const int64_t width = settings.d_model;
  BartWeights weights;
  weights.shared_VD = AllocateTable(settings.vocab_size, width, options);
  weights.encoder_embedding = AllocateEmbedding(settings, options);
  weights.decoder_embedding = AllocateEmbedding(settings, options);
  for (int64_t i = 0; i < settings.encoder_layers; ++i) {
    weights.encoder.push_back({AllocateSelfAttention(width, options),
                               AllocateFeedForward(width, settings.encoder_ffn_dim, options)});
  }
  for (int64_t i = 0; i < settings.decoder_layers; ++i) {
    weights.decoder.push_back({AllocateSelfAttention(width, options),
                               AllocateCrossAttention(width, options),
                               AllocateFeedForward(width, settings.decoder_ffn_dim, options)});
  }
  weights.final_logits_bias_1V =
      at::zeros({1, settings.vocab_size}, options);
  return weights;
}

std::vector<NamedTensor> NamedBartParameters(const BartWeights& weights) {
  return NamesOf(weights).Take();
}

std::vector<NamedLinear> NamedBartLinears(const BartWeights& weights) {
  return NamesOf(weights).TakeLinears();
}

}  // namespace plumbline::models
