// Decoder-only transformers with rotary positions, grouped key heads and a gated feed-forward part,
// over packed rows: the body of Llama 3.x and dense Qwen3. Seen by the families' files, by the
// decoder in model_causal_decode.cc and by parity tests; nobody else.
// Source: Llama 3 (Grattafiori et al. 2024), Qwen3 (Yang et al. 2025); transformers 5.23,
// modeling_llama.py and modeling_qwen3.py.
//
// Legend: N packed tokens, M rows of them that are asked for, D width, F inner width, H query
// heads, K key heads, E head width, V vocabulary.
#ifndef PLUMBLINE_MODELS_MODEL_CAUSAL_H_
#define PLUMBLINE_MODELS_MODEL_CAUSAL_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "models/causal_config.h"
#include "models/family.h"
#include "models/model.h"
#include "models/nn/grouped_attention.h"
#include "models/nn/linear.h"
#include "models/nn/rms_norm.h"
#include "models/nn/rope.h"

namespace plumbline::models {

struct CausalLayer {
  nn::RmsNorm input_norm;
  nn::MergedLinear qkv;  // parts: q, k, v
  nn::RmsNorm q_norm;    // over a head's width; without weight when the family has none
  nn::RmsNorm k_norm;
  nn::Linear out;
  nn::RmsNorm post_norm;     // post_attention_layernorm
  nn::MergedLinear gate_up;  // parts: gate, up
  nn::Linear down;
};

struct CausalWeights {
  at::Tensor embedding_VD;
  std::vector<CausalLayer> layers;
  nn::RmsNorm norm;
  at::Tensor head_VD;  // undefined when the embedding is the output projection too

  const at::Tensor& output_VD() const { return head_VD.defined() ? head_VD : embedding_VD; }
};

// Uninitialised trainable weights.
CausalWeights AllocateCausalWeights(const CausalConfig& settings, bool is_tied,
                                    const at::TensorOptions& options);

// Every trained tensor once, under transformers' names and in its order.
std::vector<NamedTensor> NamedCausalParameters(const CausalWeights& weights);
// Every affine map of the layers, in the same order.
std::vector<NamedLinear> NamedCausalLinears(const CausalWeights& weights);

// What attention needs of one layer's rows: q_NHE, k_NKE, v_NKE, normed and rotated.
struct CausalHeads {
  at::Tensor q, k, v;
};

// The parts of a layer over rows of any origin; `rows` without padding, one table row each.
CausalHeads ProjectHeads(const CausalConfig& settings, const CausalLayer& layer,
                         const at::Tensor& normed_ND, const nn::RopeTable& table,
                         bool training = false);
// With its norm, without the residual. `training` as nn::Apply.
at::Tensor FeedForward(const CausalLayer& layer, const at::Tensor& x_ND, bool training = false);

class CausalModel : public Model {
 public:
  // Weights are allocated, not filled. A head of its own is kept when the config or the checkpoint
  // says so. Errors: kModel as ReadCausalConfig.
  CausalModel(Json config, const CausalDialect& dialect, const Allocation& allocation);

  const Json& config() const override { return config_; }
  int64_t vocab_size() const override { return settings_.vocab_size; }
  bool is_encoder_decoder() const override { return false; }
  std::vector<NamedTensor> Parameters() const override;
  std::vector<NamedTensor> Buffers() const override { return {}; }
  std::vector<NamedLinear> Linears() const override;
  void SetGradientCheckpointing(bool on) override { recomputes_ = on; }
  at::Tensor Logits(const PackedBatch& batch) override;
  LossSums Loss(const PackedBatch& batch, double label_smoothing_factor, bool training) override;
  std::unique_ptr<Decoder> StartDecoding(const std::vector<std::vector<int64_t>>& sources,
                                         int64_t beams, int64_t max_length) override;

  // Sees the rotated keys and the values of all rows of each layer, in order: (N, K, E).
  using KeyValueSink = std::function<void(int64_t layer, const at::Tensor& k, const at::Tensor& v)>;

  // Hidden states_MD, after the last norm, of the last num_kept[i] rows of each item; the last
  // layer's queries, output and feed-forward part run on those rows alone. `training` switches
  // dropout on. `sink` may be empty. Errors: kData for an empty item or an id outside the
  // vocabulary.
  at::Tensor Hidden(const at::Tensor& ids_N, const std::vector<int64_t>& offsets,
                    const std::vector<int64_t>& num_kept, bool training,
                    const KeyValueSink& sink = {}) const;

  const CausalConfig& settings() const { return settings_; }
  const CausalWeights& weights() const { return weights_; }
  // Of the rotary positions, (E / 2).
  const at::Tensor& frequencies() const { return frequencies_; }
  at::Device device() const override { return weights_.embedding_VD.device(); }

 private:
  Json config_;
  CausalConfig settings_;
  CausalWeights weights_;
  at::Tensor frequencies_;
  bool recomputes_ = false;
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_MODEL_CAUSAL_H_
