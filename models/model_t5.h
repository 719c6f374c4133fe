// T5 1.0, T5 1.1 and mT5: pre-norm encoder-decoder with relative position bias, over packed rows. Seen by models.cc, by
// the decoder in model_t5_decode.cc and by parity tests; nobody else.
// Source: Raffel et al. 2020; transformers 5.23, models/t5/modeling_t5.py, models/mt5/modeling_mt5.py.
//
// Legend: N packed source tokens, M packed target tokens, D width, F inner width of the feed-forward, V vocabulary.
#ifndef PLUMBLINE_MODELS_MODEL_T5_H_
#define PLUMBLINE_MODELS_MODEL_T5_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "models/family.h"
#include "models/model.h"
#include "models/nn/linear.h"
#include "models/nn/relative_position.h"
#include "models/nn/rms_norm.h"
#include "models/t5_config.h"

namespace plumbline::models {

// No map has a bias.
struct T5SelfAttention {
  nn::MergedLinear qkv;  // parts: q, k, v
  nn::Linear out;
  nn::RmsNorm norm;  // before
};

struct T5CrossAttention {
  nn::Linear q;
  nn::MergedLinear kv;  // parts: k, v
  nn::Linear out;
  nn::RmsNorm norm;
};

struct T5FeedForward {
  nn::MergedLinear up;  // parts: wi, or wi_0 (activated) and wi_1
  nn::Linear down;      // wo
  nn::RmsNorm norm;
};

struct T5EncoderLayer {
  T5SelfAttention self;
  T5FeedForward ffn;
};

struct T5DecoderLayer {
  T5SelfAttention self;
  T5CrossAttention cross;
  T5FeedForward ffn;
};

struct T5Weights {
  at::Tensor shared_VD;
  at::Tensor head_VD;  // shared_VD itself when tied
  nn::RelativeBias encoder_bias;
  std::vector<T5EncoderLayer> encoder;
  nn::RmsNorm encoder_norm;
  nn::RelativeBias decoder_bias;
  std::vector<T5DecoderLayer> decoder;
  nn::RmsNorm decoder_norm;
};

// Uninitialised trainable weights of the options' type and device.
T5Weights AllocateT5Weights(const T5Config& settings, const at::TensorOptions& options);

// Every trained tensor once, under transformers' names and in its order.
std::vector<NamedTensor> NamedT5Parameters(const T5Weights& weights);
// Every affine map of the layers, in the same order.
std::vector<NamedLinear> NamedT5Linears(const T5Weights& weights);

// (N, F) of the rows' (N, D): the activation, and the product with the gate's other half. `training` as nn::Apply.
at::Tensor T5Inner(const T5Config& settings, const T5FeedForward& ffn, const at::Tensor& x_ND,
                   bool training = false);

class T5Model : public Model {
 public:
  // Weights are allocated, not filled. Errors: kModel as ReadT5Config, and for float16.
  T5Model(Json config, T5Variant variant, const Allocation& allocation);

  const Json& config() const override { return config_; }
  int64_t vocab_size() const override { return settings_.vocab_size; }
  bool is_encoder_decoder() const override { return true; }
  std::vector<NamedTensor> Parameters() const override { return NamedT5Parameters(weights_); }
  std::vector<NamedTensor> Buffers() const override { return {}; }
  std::vector<NamedLinear> Linears() const override;
  void SetGradientCheckpointing(bool on) override { recomputes_ = on; }
  at::Tensor Logits(const PackedBatch& batch) override;
  LossSums Loss(const PackedBatch& batch, double label_smoothing_factor, bool training) override;
  std::unique_ptr<Decoder> StartDecoding(const std::vector<std::vector<int64_t>>& sources,
                                         int64_t beams, int64_t max_length) override;

  // Hidden states_ND of packed items; offsets has one entry more than items, the first 0. `training` switches dropout
  // on. Errors: kData for an empty item or an id outside the vocabulary.
  at::Tensor Encode(const at::Tensor& ids_N, const std::vector<int64_t>& offsets, bool training) const;

  const T5Config& settings() const { return settings_; }
  const T5Weights& weights() const { return weights_; }
  at::Device device() const override { return weights_.shared_VD.device(); }

 private:
  // Of the last decoder layer, (M, D), scaled for the output projection.
  at::Tensor Hidden(const PackedBatch& batch, bool training) const;

  Json config_;
  T5Config settings_;
  T5Weights weights_;
  bool recomputes_ = false;
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_MODEL_T5_H_
