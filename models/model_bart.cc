// Legend: N packed source tokens, M packed target tokens, D width, F inner width, V vocabulary.
#include "models/model_bart.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/where.h>

#include <string>
#include <utility>

#include "harness/base/error.h"
#include "models/nn/attention.h"
#include "models/nn/label_loss.h"
#include "models/nn/recompute.h"
#include "models/named_linear.h"
#include "models/packed_rows.h"

namespace plumbline::models {
namespace {

using Offsets = std::vector<int64_t>;

constexpr const char* kName = "BART";

// 0, 1, ... within every item, plus BART's offset.
at::Tensor PositionIndices(const Offsets& offsets, const at::Device& device) {
  const at::Tensor indices_N = at::empty({offsets.back()}, at::kLong);
  int64_t* out = indices_N.data_ptr<int64_t>();
  for (size_t i = 1; i < offsets.size(); ++i) {
    for (int64_t row = offsets[i - 1]; row < offsets[i]; ++row)
      *out++ = row - offsets[i - 1] + kBartPositionOffset;
  }
  return indices_N.to(device);
}

// The network's arithmetic for one call: settings and mode at hand, weights passed in.
class Pass {
 public:
  Pass(const BartConfig& settings, const BartWeights& weights, bool training, bool recomputes)
      : settings_(settings),
        weights_(weights),
        training_(training),
        recomputes_(training && recomputes) {}

  // Token embeddings without positions. The pad row gets no gradient from here, as in
  // torch.nn.Embedding.
  at::Tensor EmbedTokens(const at::Tensor& ids_N) const {
    const at::Tensor embedded_ND =
        at::embedding(weights_.shared_VD, ids_N, settings_.pad_token_id.value_or(-1));
    return settings_.scale_embedding ? embedded_ND * settings_.embedding_scale() : embedded_ND;
  }

  at::Tensor RunEncoder(const at::Tensor& tokens_ND, const Offsets& offsets) const {
    at::Tensor x_ND = AddPositions(weights_.encoder_embedding, tokens_ND, offsets);
    for (const BartEncoderLayer& layer : weights_.encoder) {
      if (Skips(settings_.encoder_layerdrop)) continue;
      const auto run = [pass = *this, &layer, offsets](const std::vector<at::Tensor>& inputs) {
        return pass.RunLayer(layer, inputs[0], offsets);
      };
      x_ND = recomputes_ ? nn::Recompute(run, {x_ND}) : run({x_ND});
    }
    return x_ND;
  }

  at::Tensor RunDecoder(const at::Tensor& tokens_MD, const Offsets& offsets,
                        const at::Tensor& memory_ND, const Offsets& memory_offsets) const {
    at::Tensor x_MD = AddPositions(weights_.decoder_embedding, tokens_MD, offsets);
    for (const BartDecoderLayer& layer : weights_.decoder) {
      if (Skips(settings_.decoder_layerdrop)) continue;
      const auto run = [pass = *this, &layer, offsets,
                        memory_offsets](const std::vector<at::Tensor>& inputs) {
        return pass.RunLayer(layer, inputs[0], offsets, inputs[1], memory_offsets);
      };
      const std::vector<at::Tensor> inputs = {x_MD, memory_ND};
      x_MD = recomputes_ ? nn::Recompute(run, inputs) : run(inputs);
    }
    return x_MD;
  }

 private:
  // An affine map, with its adapter's dropout in training.
  template <typename Map>
  at::Tensor Mapped(const Map& map, const at::Tensor& x) const {
    return nn::Apply(map, x, training_);
  }

  at::Tensor RunLayer(const BartEncoderLayer& layer, const at::Tensor& x_ND,
                      const Offsets& offsets) const {
    const nn::AttentionSettings attention = Attention(settings_.encoder_attention_heads, false);
    return FeedForward(layer.ffn, AttendSelf(layer.self, x_ND, offsets, attention));
  }

  at::Tensor RunLayer(const BartDecoderLayer& layer, const at::Tensor& x_MD,
                      const Offsets& offsets, const at::Tensor& memory_ND,
                      const Offsets& memory_offsets) const {
    const nn::AttentionSettings self = Attention(settings_.decoder_attention_heads, true);
    const nn::AttentionSettings cross = Attention(settings_.decoder_attention_heads, false);
    const at::Tensor attended_MD = AttendSelf(layer.self, x_MD, offsets, self);
    const at::Tensor context_MD =
        nn::CrossAttention(Mapped(layer.cross.q, attended_MD), offsets,
                           Mapped(layer.cross.kv, memory_ND), memory_offsets, cross);
    const at::Tensor crossed_MD = Dropout(Mapped(layer.cross.out, context_MD), settings_.dropout);
    return FeedForward(layer.ffn, nn::Apply(layer.cross.norm, attended_MD + crossed_MD));
  }

  at::Tensor Dropout(const at::Tensor& x, double rate) const {
    return at::dropout(x, rate, training_);
  }

  // One draw a layer, and only if layers may be dropped, as transformers does.
  bool Skips(double rate) const {
    return training_ && rate > 0 && at::rand({}).item<double>() < rate;
  }

  nn::AttentionSettings Attention(int64_t num_heads, bool is_causal) const {
    return {num_heads, is_causal, training_ ? settings_.attention_dropout : 0.0};
  }

  at::Tensor AddPositions(const BartEmbedding& embedding, const at::Tensor& tokens_ND,
                          const Offsets& offsets) const {
    const at::Tensor positions_ND =
        at::embedding(embedding.positions_PD, PositionIndices(offsets, tokens_ND.device()));
    return Dropout(nn::Apply(embedding.norm, tokens_ND + positions_ND), settings_.dropout);
  }

  at::Tensor AttendSelf(const BartSelfAttention& self, const at::Tensor& x_ND,
                        const Offsets& offsets, const nn::AttentionSettings& attention) const {
    const at::Tensor context_ND = nn::SelfAttention(Mapped(self.qkv, x_ND), offsets, attention);
    return nn::Apply(self.norm, x_ND + Dropout(Mapped(self.out, context_ND), settings_.dropout));
  }

  at::Tensor Activate(const at::Tensor& x_NF) const {
    if (settings_.activation_function == "gelu") return at::gelu(x_NF, "none");
    if (settings_.activation_function == "gelu_new") return at::gelu(x_NF, "tanh");
    if (settings_.activation_function == "relu") return at::relu(x_NF);
    PLUMBLINE_CHECK(settings_.activation_function == "silu");
    return at::silu(x_NF);
  }

  at::Tensor FeedForward(const BartFeedForward& ffn, const at::Tensor& x_ND) const {
    const at::Tensor inner_NF =
        Dropout(Activate(Mapped(ffn.up, x_ND)), settings_.activation_dropout);
    return nn::Apply(ffn.norm, x_ND + Dropout(Mapped(ffn.down, inner_NF), settings_.dropout));
  }

  const BartConfig& settings_;
  const BartWeights& weights_;
  bool training_;
  bool recomputes_;
};

}  // namespace

BartModel::BartModel(Json config, const at::TensorOptions& options)
    : config_(std::move(config)),
      settings_(ReadBartConfig(config_)),
      weights_(AllocateBartWeights(settings_, options)) {}

std::vector<NamedTensor> BartModel::Parameters() const { return NamedBartParameters(weights_); }

std::vector<NamedLinear> BartModel::Linears() const { return NamedBartLinears(weights_); }

std::vector<NamedTensor> BartModel::Buffers() const {
  return {{"final_logits_bias", weights_.final_logits_bias_1V}};
}

at::Tensor BartModel::Encode(const at::Tensor& ids_N, const std::vector<int64_t>& offsets,
                             bool training) const {
  RequireItems(kName, offsets, ids_N.size(0), settings_.max_position_embeddings, "source");
  RequireIdsBelow(kName, ids_N, settings_.vocab_size, "source");
  const Pass pass(settings_, weights_, training, recomputes_);
  return pass.RunEncoder(pass.EmbedTokens(ids_N.to(device())), offsets);
}

at::Tensor BartModel::Hidden(const PackedBatch& batch, bool training) const {
  const int64_t num_source = batch.source_ids_N.size(0);
  const int64_t num_target = batch.decoder_input_ids_M.size(0);
  PLUMBLINE_CHECK(batch.source_offsets.size() == batch.target_offsets.size());
  RequireItems(kName, batch.source_offsets, num_source, settings_.max_position_embeddings, "source");
  RequireItems(kName, batch.target_offsets, num_target, settings_.max_position_embeddings, "target");
  // One look-up for both sides: its gradient is one dense table, not two.
  const at::Tensor ids = at::cat({batch.source_ids_N, batch.decoder_input_ids_M});
  RequireIdsBelow(kName, ids, settings_.vocab_size, "source or target");
  const Pass pass(settings_, weights_, training, recomputes_);
  const std::vector<at::Tensor> tokens =
      pass.EmbedTokens(ids.to(device())).split_with_sizes({num_source, num_target});
  const at::Tensor memory_ND = pass.RunEncoder(tokens[0], batch.source_offsets);
  return pass.RunDecoder(tokens[1], batch.target_offsets, memory_ND, batch.source_offsets);
}

at::Tensor BartModel::Logits(const PackedBatch& batch) {
  const at::Tensor hidden_MD = Hidden(batch, false);
  return at::addmm(weights_.final_logits_bias_1V, hidden_MD, weights_.shared_VD.t())
      .to(at::kFloat);
}

LossSums BartModel::Loss(const PackedBatch& batch, double label_smoothing_factor, bool training) {
  PLUMBLINE_CHECK(batch.labels_M.sizes() == batch.decoder_input_ids_M.sizes());
  RequireIdsBelow(kName, at::where(batch.labels_M.eq(kIgnoredLabel), 0, batch.labels_M),
                  settings_.vocab_size, "label");
  const nn::LabelLossSums sums =
      nn::LabelLoss(Hidden(batch, training), weights_.shared_VD, weights_.final_logits_bias_1V,
                    batch.labels_M, kIgnoredLabel, label_smoothing_factor);
  return {sums.loss, sums.nll_sum, sums.num_labels};
}

}  // namespace plumbline::models
