// Legend: N packed source tokens, M packed target tokens, D width, F inner width of the feed-forward, V vocabulary.
#include "models/model_t5.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "models/nn/activation.h"
#include "models/nn/attention.h"
#include "models/nn/biased_attention.h"
#include "models/nn/label_loss.h"
#include "models/nn/recompute.h"
#include "models/named_linear.h"
#include "models/packed_rows.h"

namespace plumbline::models {
namespace {

using Offsets = std::vector<int64_t>;

constexpr const char* kName = "T5";

int64_t Longest(const Offsets& offsets) {
  int64_t longest = 0;
  for (size_t i = 1; i < offsets.size(); ++i)
    longest = std::max(longest, offsets[i] - offsets[i - 1]);
  return longest;
}

// The network's arithmetic for one call: settings and mode at hand, weights passed in.
class Pass {
 public:
  Pass(const T5Config& settings, const T5Weights& weights, bool training, bool recomputes)
      : settings_(settings),
        weights_(weights),
        training_(training),
        recomputes_(training && recomputes) {}

  // The pad row is a row like any other: transformers gives it gradients too.
  at::Tensor EmbedTokens(const at::Tensor& ids_N) const {
    return at::embedding(weights_.shared_VD, ids_N);
  }

  at::Tensor RunEncoder(const at::Tensor& tokens_ND, const Offsets& offsets) const {
    at::Tensor x_ND = Dropout(tokens_ND);
    const at::Tensor bias_HTT = nn::BiasMatrix(weights_.encoder_bias, Longest(offsets));
    for (const T5EncoderLayer& layer : weights_.encoder) {
      const auto run = [pass = *this, &layer, offsets](const std::vector<at::Tensor>& inputs) {
        return pass.RunLayer(layer, inputs[0], inputs[1], offsets);
      };
      x_ND = recomputes_ ? nn::Recompute(run, {x_ND, bias_HTT}) : run({x_ND, bias_HTT});
    }
    return Dropout(nn::Apply(weights_.encoder_norm, x_ND));
  }

  at::Tensor RunDecoder(const at::Tensor& tokens_MD, const Offsets& offsets,
                        const at::Tensor& memory_ND, const Offsets& memory_offsets) const {
    at::Tensor x_MD = Dropout(tokens_MD);
    const at::Tensor bias_HTT = nn::BiasMatrix(weights_.decoder_bias, Longest(offsets));
    for (const T5DecoderLayer& layer : weights_.decoder) {
      const auto run = [pass = *this, &layer, offsets,
                        memory_offsets](const std::vector<at::Tensor>& inputs) {
        return pass.RunLayer(layer, inputs[0], inputs[1], offsets, inputs[2], memory_offsets);
      };
      const std::vector<at::Tensor> inputs = {x_MD, bias_HTT, memory_ND};
      x_MD = recomputes_ ? nn::Recompute(run, inputs) : run(inputs);
    }
    return Dropout(nn::Apply(weights_.decoder_norm, x_MD));
  }

 private:
  // An affine map, with its adapter's dropout in training.
  template <typename Map>
  at::Tensor Mapped(const Map& map, const at::Tensor& x) const {
    return nn::Apply(map, x, training_);
  }

  at::Tensor RunLayer(const T5EncoderLayer& layer, const at::Tensor& x_ND,
                      const at::Tensor& bias_HTT, const Offsets& offsets) const {
    return FeedForward(layer.ffn, AttendSelf(layer.self, x_ND, bias_HTT, offsets));
  }

  at::Tensor RunLayer(const T5DecoderLayer& layer, const at::Tensor& x_MD,
                      const at::Tensor& bias_HTT, const Offsets& offsets,
                      const at::Tensor& memory_ND, const Offsets& memory_offsets) const {
    const nn::AttentionSettings cross{settings_.num_heads, false, attention_dropout(), 1.0};
    const at::Tensor attended_MD = AttendSelf(layer.self, x_MD, bias_HTT, offsets);
    const at::Tensor query_MD = Mapped(layer.cross.q, nn::Apply(layer.cross.norm, attended_MD));
    const at::Tensor context_MD = nn::CrossAttention(
        query_MD, offsets, Mapped(layer.cross.kv, memory_ND), memory_offsets, cross);
    return FeedForward(layer.ffn,
                       attended_MD + Dropout(Mapped(layer.cross.out, context_MD)));
  }

  double attention_dropout() const { return training_ ? settings_.dropout_rate : 0.0; }

  at::Tensor Dropout(const at::Tensor& x) const {
    return at::dropout(x, settings_.dropout_rate, training_);
  }

  at::Tensor AttendSelf(const T5SelfAttention& self, const at::Tensor& x_ND,
                        const at::Tensor& bias_HTT, const Offsets& offsets) const {
    const at::Tensor qkv_N3D = Mapped(self.qkv, nn::Apply(self.norm, x_ND));
    const at::Tensor context_ND =
        nn::BiasedSelfAttention(qkv_N3D, bias_HTT, offsets, attention_dropout());
    return x_ND + Dropout(Mapped(self.out, context_ND));
  }

  at::Tensor FeedForward(const T5FeedForward& ffn, const at::Tensor& x_ND) const {
    const at::Tensor inner_NF = T5Inner(settings_, ffn, nn::Apply(ffn.norm, x_ND), training_);
    return x_ND + Dropout(Mapped(ffn.down, Dropout(inner_NF)));
  }

  const T5Config& settings_;
  const T5Weights& weights_;
  bool training_;
  bool recomputes_;
};

// Activations of published checkpoints exceed 65504 in the feed-forward: huggingface/transformers #9295 and #20287,
// OpenNMT/CTranslate2 #1074 and #2102.
void RefuseFloat16(const at::TensorOptions& options) {
  if (c10::typeMetaToScalarType(options.dtype()) != at::kHalf) return;
  Fail(ErrorKind::kModel, "holding T5's weights", "float16, in which its feed-forward overflows",
       "bfloat16 or float32", "model.dtype: bfloat16");
}

}  // namespace

at::Tensor T5Inner(const T5Config& settings, const T5FeedForward& ffn, const at::Tensor& x_ND,
                   bool training) {
  const at::Tensor up = nn::Apply(ffn.up, x_ND, training);
  if (!settings.is_gated) return nn::Activate(settings.activation, up);
  const std::vector<at::Tensor> halves = up.chunk(2, 1);
  return nn::Activate(settings.activation, halves[0]) * halves[1];
}

T5Model::T5Model(Json config, T5Variant variant, const Allocation& allocation)
    : config_(std::move(config)), settings_(ReadT5Config(config_, variant, allocation.head)) {
  RefuseFloat16(allocation.weights);
  weights_ = AllocateT5Weights(settings_, allocation.weights);
}

std::vector<NamedLinear> T5Model::Linears() const { return NamedT5Linears(weights_); }

at::Tensor T5Model::Encode(const at::Tensor& ids_N, const Offsets& offsets, bool training) const {
  RequireItems(kName, offsets, ids_N.size(0), std::nullopt, "source");
  RequireIdsBelow(kName, ids_N, settings_.vocab_size, "source");
  const Pass pass(settings_, weights_, training, recomputes_);
  return pass.RunEncoder(pass.EmbedTokens(ids_N.to(device())), offsets);
}

at::Tensor T5Model::Hidden(const PackedBatch& batch, bool training) const {
  const int64_t num_source = batch.source_ids_N.size(0);
  const int64_t num_target = batch.decoder_input_ids_M.size(0);
  PLUMBLINE_CHECK(batch.source_offsets.size() == batch.target_offsets.size());
  RequireItems(kName, batch.source_offsets, num_source, std::nullopt, "source");
  RequireItems(kName, batch.target_offsets, num_target, std::nullopt, "target");
  // One look-up for both sides: its gradient is one dense table, not two.
  const at::Tensor ids = at::cat({batch.source_ids_N, batch.decoder_input_ids_M});
  RequireIdsBelow(kName, ids, settings_.vocab_size, "source or target");
  const Pass pass(settings_, weights_, training, recomputes_);
  const std::vector<at::Tensor> tokens =
      pass.EmbedTokens(ids.to(device())).split_with_sizes({num_source, num_target});
  const at::Tensor memory_ND = pass.RunEncoder(tokens[0], batch.source_offsets);
  const at::Tensor hidden_MD =
      pass.RunDecoder(tokens[1], batch.target_offsets, memory_ND, batch.source_offsets);
  return settings_.scales_logits ? hidden_MD * settings_.logit_scale() : hidden_MD;
}

at::Tensor T5Model::Logits(const PackedBatch& batch) {
  return at::mm(Hidden(batch, false), weights_.head_VD.t()).to(at::kFloat);
}

LossSums T5Model::Loss(const PackedBatch& batch, double label_smoothing_factor, bool training) {
  PLUMBLINE_CHECK(batch.labels_M.sizes() == batch.decoder_input_ids_M.sizes());
  RequireIdsBelow(kName, at::where(batch.labels_M.eq(kIgnoredLabel), 0, batch.labels_M),
                  settings_.vocab_size, "label");
  const nn::LabelLossSums sums =
      nn::LabelLoss(Hidden(batch, training), weights_.head_VD, at::Tensor(), batch.labels_M,
                    kIgnoredLabel, label_smoothing_factor);
  return {sums.loss, sums.nll_sum, sums.num_labels};
}

}  // namespace plumbline::models
