#include "models/model_t5_decode.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include "harness/base/error.h"
#include "models/nn/products.h"

// Legend: N packed source tokens, R rows (items x beams), D width, I width of all heads, V vocabulary.

namespace plumbline::models {
namespace {

using Ids = std::vector<int64_t>;

std::vector<int64_t> OffsetsOf(const std::vector<Ids>& sources) {
  std::vector<int64_t> offsets = {0};
  for (const Ids& source : sources) {
    offsets.push_back(offsets.back() + static_cast<int64_t>(source.size()));
  }
  return offsets;
}

nn::HeadShape HeadsOf(const T5Config& settings) {
  return {settings.num_heads, settings.d_kv, 1.0f};
}

// Checked before anything is allocated.
int64_t CheckedSteps(int64_t num_items, int64_t beams, int64_t max_length) {
  PLUMBLINE_CHECK(num_items > 0 && beams > 0 && max_length > 0);
  return max_length;
}

at::Tensor Linear(const nn::Linear& linear, const at::Tensor& x) {
  return nn::Apply(linear, x.to(linear.weight_OI.scalar_type()));
}

// fp32, as the caches want it; no copy when the weights are.
template <typename Map>
at::Tensor Projected(const at::Tensor& x, const Map& map) {
  return nn::Apply(map, x).to(at::kFloat);
}

}  // namespace

T5Decoder::T5Decoder(const T5Model& model, const std::vector<Ids>& sources, int64_t beams,
                     int64_t max_length)
    : model_(model),
      beams_(beams),
      self_(HeadsOf(model.settings()), model.settings().num_decoder_layers,
            CheckedSteps(static_cast<int64_t>(sources.size()), beams, max_length),
            static_cast<int64_t>(sources.size()) * beams,
            nn::BiasOfHistory(model.weights().decoder_bias, max_length).detach(), model.device()),
      cross_(HeadsOf(model.settings()), model.settings().num_decoder_layers, OffsetsOf(sources),
             beams, model.device()),
      context_RI_(at::empty({static_cast<int64_t>(sources.size()) * beams,
                             model.settings().inner_width()},
                            at::TensorOptions(model.device()).dtype(at::kFloat))) {
  const c10::InferenceMode inference;
  Ids packed;
  for (const Ids& source : sources) packed.insert(packed.end(), source.begin(), source.end());
  const at::Tensor memory_ND =
      model.Encode(at::tensor(packed, at::kLong), OffsetsOf(sources), false);
  const auto& layers = model.weights().decoder;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    cross_.Fill(static_cast<int64_t>(layer),
                Projected(memory_ND, layers[layer].cross.kv));
  }
}

at::Tensor T5Decoder::Step(const Ids& token_ids, const Ids& parents) {
  const c10::InferenceMode inference;
  self_.BeginStep(parents);
  const T5Weights& weights = model_.weights();
  at::Tensor x_RD =
      at::embedding(weights.shared_VD, at::tensor(token_ids, at::kLong).to(model_.device()));
  for (size_t layer = 0; layer < weights.decoder.size(); ++layer) {
    x_RD = Attend(static_cast<int64_t>(layer), x_RD);
    x_RD = FeedForward(weights.decoder[layer].ffn, x_RD);
  }
  x_RD = nn::Apply(weights.decoder_norm, x_RD);
  const T5Config& settings = model_.settings();
  if (settings.scales_logits) x_RD = x_RD * settings.logit_scale();
  return nn::RowProduct(x_RD, weights.head_VD).to(at::kFloat);
}

void T5Decoder::KeepItems(const Ids& items) {
  cross_.KeepItems(items);
  Ids rows;
  for (const int64_t item : items) {
    for (int64_t beam = 0; beam < beams_; ++beam) rows.push_back(item * beams_ + beam);
  }
  self_.KeepRows(rows);
}

at::Tensor T5Decoder::Attend(int64_t layer, const at::Tensor& x_RD) {
  const T5DecoderLayer& weights = model_.weights().decoder[static_cast<size_t>(layer)];
  const at::Tensor context_RI = context_RI_.narrow(0, 0, x_RD.size(0));
  self_.Attend(layer,
               Projected(nn::Apply(weights.self.norm, x_RD), weights.self.qkv),
               context_RI);
  const at::Tensor after_self_RD = x_RD + Linear(weights.self.out, context_RI);
  cross_.Attend(layer,
                Projected(nn::Apply(weights.cross.norm, after_self_RD), weights.cross.q),
                context_RI);
  return after_self_RD + Linear(weights.cross.out, context_RI);
}

at::Tensor T5Decoder::FeedForward(const T5FeedForward& ffn, const at::Tensor& x_RD) const {
  const at::Tensor inner_RF = T5Inner(model_.settings(), ffn, nn::Apply(ffn.norm, x_RD));
  return x_RD + Linear(ffn.down, inner_RF);
}

std::unique_ptr<Decoder> T5Model::StartDecoding(const std::vector<Ids>& sources, int64_t beams,
                                                int64_t max_length) {
  return std::make_unique<T5Decoder>(*this, sources, beams, max_length);
}

}  // namespace plumbline::models
