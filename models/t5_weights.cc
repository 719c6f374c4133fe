// Legend: D width, V vocabulary.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <string>
#include <utility>

#include "models/model_t5.h"
#include "models/named_linear.h"

namespace plumbline::models {
namespace {

// Collects (name, tensor) pairs in the order transformers registers them.
class Names {
 public:
  void Add(const std::string& name, const at::Tensor& value) { all_.push_back({name, value}); }

  void Add(const std::string& prefix, const nn::Linear& linear) {
    linears_.push_back({prefix, linear});
    Add(prefix + ".weight", linear.weight_OI);
  }

  void Add(const std::string& prefix, const nn::RmsNorm& norm) {
    Add(prefix + ".weight", norm.weight_D);
  }

  // `bias` is the stack's own relative bias, in its first layer alone.
  void Add(const std::string& prefix, const T5SelfAttention& self, const nn::RelativeBias* bias) {
    Add(prefix + "SelfAttention.q", self.qkv.parts[0]);
    Add(prefix + "SelfAttention.k", self.qkv.parts[1]);
    Add(prefix + "SelfAttention.v", self.qkv.parts[2]);
    Add(prefix + "SelfAttention.o", self.out);
    if (bias != nullptr)
      Add(prefix + "SelfAttention.relative_attention_bias.weight", bias->table_UH);
    Add(prefix + "layer_norm", self.norm);
  }

  void Add(const std::string& prefix, const T5CrossAttention& cross) {
    Add(prefix + "EncDecAttention.q", cross.q);
    Add(prefix + "EncDecAttention.k", cross.kv.parts[0]);
    Add(prefix + "EncDecAttention.v", cross.kv.parts[1]);
    Add(prefix + "EncDecAttention.o", cross.out);
    Add(prefix + "layer_norm", cross.norm);
  }

  void Add(const std::string& prefix, const T5FeedForward& ffn) {
    const bool is_gated = ffn.up.parts.size() == 2;
    Add(prefix + (is_gated ? "DenseReluDense.wi_0" : "DenseReluDense.wi"), ffn.up.parts[0]);
    if (is_gated) Add(prefix + "DenseReluDense.wi_1", ffn.up.parts[1]);
    Add(prefix + "DenseReluDense.wo", ffn.down);
    Add(prefix + "layer_norm", ffn.norm);
  }

  std::vector<NamedTensor> Take() { return std::move(all_); }
  std::vector<NamedLinear> TakeLinears() { return std::move(linears_); }

 private:
  std::vector<NamedTensor> all_;
  std::vector<NamedLinear> linears_;
};

// The parts of one model's weights, all of one type and device.
class Allocator {
 public:
  Allocator(const T5Config& settings, const at::TensorOptions& options)
      : settings_(settings), options_(options) {}

  at::Tensor Table(int64_t rows, int64_t width) const {
    return at::empty({rows, width}, options_).requires_grad_(true);
  }

  nn::RmsNorm Norm() const {
    return nn::AllocateRmsNorm(settings_.d_model, settings_.layer_norm_epsilon,
                               nn::RmsRounding::kToWeight, options_);
  }

  nn::RelativeBias Bias(bool is_bidirectional) const {
    return {Table(settings_.num_buckets, settings_.num_heads), settings_.max_distance,
            is_bidirectional};
  }

  T5SelfAttention SelfAttention() const { return {Projections(3), Out(), Norm()}; }

  T5CrossAttention CrossAttention() const {
    return {nn::AllocateLinear(settings_.inner_width(), settings_.d_model, options_,
                               nn::Bias::kNone),
            Projections(2), Out(), Norm()};
  }

  T5FeedForward FeedForward() const {
    const std::vector<int64_t> parts(settings_.is_gated ? 2 : 1, settings_.d_ff);
    return {nn::AllocateMergedLinear(parts, settings_.d_model, -1, options_, nn::Bias::kNone),
            nn::AllocateLinear(settings_.d_model, settings_.d_ff, options_, nn::Bias::kNone),
            Norm()};
  }

 private:
  nn::MergedLinear Projections(size_t count) const {
    const std::vector<int64_t> parts(count, settings_.inner_width());
    return nn::AllocateMergedLinear(parts, settings_.d_model, -1, options_, nn::Bias::kNone);
  }

  nn::Linear Out() const {
    return nn::AllocateLinear(settings_.d_model, settings_.inner_width(), options_,
                              nn::Bias::kNone);
  }

  const T5Config& settings_;
  const at::TensorOptions& options_;
};

Names NamesOf(const T5Weights& weights) {
  Names names;
  names.Add("shared.weight", weights.shared_VD);
  for (size_t i = 0; i < weights.encoder.size(); ++i) {
    const std::string prefix = "encoder.block." + std::to_string(i) + ".layer.";
    names.Add(prefix + "0.", weights.encoder[i].self, i == 0 ? &weights.encoder_bias : nullptr);
    names.Add(prefix + "1.", weights.encoder[i].ffn);
  }
  names.Add("encoder.final_layer_norm", weights.encoder_norm);
  for (size_t i = 0; i < weights.decoder.size(); ++i) {
    const std::string prefix = "decoder.block." + std::to_string(i) + ".layer.";
    names.Add(prefix + "0.", weights.decoder[i].self, i == 0 ? &weights.decoder_bias : nullptr);
    names.Add(prefix + "1.", weights.decoder[i].cross);
    names.Add(prefix + "2.", weights.decoder[i].ffn);
  }
  names.Add("decoder.final_layer_norm", weights.decoder_norm);
  if (!weights.head_VD.is_same(weights.shared_VD)) names.Add("lm_head.weight", weights.head_VD);
  return names;
}

}  // namespace

T5Weights AllocateT5Weights(const T5Config& settings, const at::TensorOptions& options) {
  const Allocator allocate(settings, options);
  T5Weights weights;
  weights.shared_VD = allocate.Table(settings.vocab_size, settings.d_model);
  weights.head_VD = settings.has_own_head ? allocate.Table(settings.vocab_size, settings.d_model)
                                          : weights.shared_VD;
  weights.encoder_bias = allocate.Bias(true);
  for (int64_t i = 0; i < settings.num_layers; ++i)
    weights.encoder.push_back({allocate.SelfAttention(), allocate.FeedForward()});
  weights.encoder_norm = allocate.Norm();
  weights.decoder_bias = allocate.Bias(false);
  for (int64_t i = 0; i < settings.num_decoder_layers; ++i) {
    weights.decoder.push_back(
        {allocate.SelfAttention(), allocate.CrossAttention(), allocate.FeedForward()});
  }
  weights.decoder_norm = allocate.Norm();
  return weights;
}

std::vector<NamedTensor> NamedT5Parameters(const T5Weights& weights) {
  return NamesOf(weights).Take();
}

std::vector<NamedLinear> NamedT5Linears(const T5Weights& weights) {
  return NamesOf(weights).TakeLinears();
}

}  // namespace plumbline::models
