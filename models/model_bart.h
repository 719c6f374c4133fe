// BART (and KoBART, which is plain BART): post-norm encoder-decoder over packed rows.
// Seen by models.cc, by the decoder in model_bart_decode.cc and by parity tests; nobody else.
// Source: Lewis et al. 2019; transformers 5.23, models/bart/modeling_bart.py.
//
// Legend: N packed source tokens, M packed target tokens, D width, F inner width, V vocabulary, P
// positions.
#ifndef PLUMBLINE_MODELS_MODEL_BART_H_
#define PLUMBLINE_MODELS_MODEL_BART_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "models/bart_config.h"
#include "models/model.h"
#include "models/nn/linear.h"
#include "models/nn/norm.h"

namespace plumbline::models {

struct BartSelfAttention {
  nn::MergedLinear qkv;  // parts: q, k, v; output columns in that order
  nn::Linear out;
  nn::LayerNorm norm;  // after the residual
};

struct BartCrossAttention {
  nn::Linear q;
  nn::MergedLinear kv;  // parts: k, v
  nn::Linear out;
  nn::LayerNorm norm;
};

struct BartFeedForward {
  nn::Linear up;    // fc1
  nn::Linear down;  // fc2
  nn::LayerNorm norm;
};

struct BartEncoderLayer {
  BartSelfAttention self;
  BartFeedForward ffn;
};

struct BartDecoderLayer {
  BartSelfAttention self;
  BartCrossAttention cross;
  BartFeedForward ffn;
};

// What stands before the first layer of a stack.
struct BartEmbedding {
  at::Tensor positions_PD;  // P = max_position_embeddings + kBartPositionOffset
  nn::LayerNorm norm;       // layernorm_embedding
};

struct BartWeights {
  at::Tensor shared_VD;  // source and target embedding, and the output projection
  BartEmbedding encoder_embedding;
  std::vector<BartEncoderLayer> encoder;
  BartEmbedding decoder_embedding;
  std::vector<BartDecoderLayer> decoder;
  at::Tensor final_logits_bias_1V;  // buffer: added to the logits, not trained
};

// Uninitialised trainable weights of the options' type and device; final_logits_bias is zero.
BartWeights AllocateBartWeights(const BartConfig& settings, const at::TensorOptions& options);

// Every trained tensor once, under transformers' names and in its order.
std::vector<NamedTensor> NamedBartParameters(const BartWeights& weights);
// Every affine map of the layers, in the same order.
std::vector<NamedLinear> NamedBartLinears(const BartWeights& weights);

class BartModel : public Model {
 public:
  // Weights are allocated, not filled. Errors: kModel as ReadBartConfig.
  BartModel(Json config, const at::TensorOptions& options);

  const Json& config() const override { return config_; }
  int64_t vocab_size() const override { return settings_.vocab_size; }
  bool is_encoder_decoder() const override { return true; }
  std::vector<NamedTensor> Parameters() const override;
  std::vector<NamedTensor> Buffers() const override;
  std::vector<NamedLinear> Linears() const override;
  void SetGradientCheckpointing(bool on) override { recomputes_ = on; }
  at::Tensor Logits(const PackedBatch& batch) override;
  LossSums Loss(const PackedBatch& batch, double label_smoothing_factor, bool training) override;
  std::unique_ptr<Decoder> StartDecoding(const std::vector<std::vector<int64_t>>& sources,
                                         int64_t beams, int64_t max_length) override;

  // Hidden states_ND of packed items; offsets has one entry more than items, the first 0.
  // `training` switches dropout on. Errors: kData for an empty or too long item or an id outside
  // the vocabulary.
  at::Tensor Encode(const at::Tensor& ids_N, const std::vector<int64_t>& offsets,
                    bool training) const;

  const BartConfig& settings() const { return settings_; }
  const BartWeights& weights() const { return weights_; }
  at::Device device() const override { return weights_.shared_VD.device(); }

 private:
  at::Tensor Hidden(const PackedBatch& batch,
                    bool training) const;  // of the last decoder layer, (M, D)

  Json config_;
  BartConfig settings_;
  BartWeights weights_;
  bool recomputes_ = false;
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_MODEL_BART_H_
