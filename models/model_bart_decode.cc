#include "models/model_bart_decode.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <string>

#include "harness/base/error.h"
#include "models/nn/activation.h"
#include "models/nn/products.h"

// Legend: N packed source tokens, R rows (items x beams), D width, V vocabulary.

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

nn::HeadShape HeadsOf(const BartConfig& settings) {
  const int64_t heads = settings.decoder_attention_heads;
  const int64_t head_width = settings.d_model / heads;
  return {heads, head_width, 1.0f / std::sqrt(static_cast<float>(head_width))};
}

// Checked before anything is allocated.
int64_t CheckedSteps(const BartModel& model, int64_t num_items, int64_t beams, int64_t max_length) {
  PLUMBLINE_CHECK(num_items > 0 && beams > 0 && max_length > 0);
  const int64_t positions = model.settings().max_position_embeddings;
  if (max_length > positions) {
    Fail(ErrorKind::kUsage, "decoding with BART", std::to_string(max_length) + " steps",
         "at most max_position_embeddings = " + std::to_string(positions),
         "a smaller max_new_tokens");
  }
  return max_length;
}

// The caches are fp32; a change of type is a no-op for fp32 weights.
at::Tensor OfType(const at::Tensor& x, const nn::Linear& linear) {
  return x.to(linear.weight_OI.scalar_type());
}

}  // namespace

BartDecoder::BartDecoder(const BartModel& model, const std::vector<Ids>& sources, int64_t beams,
                         int64_t max_length)
    : model_(model),
      beams_(beams),
      self_(HeadsOf(model.settings()), model.settings().decoder_layers,
            CheckedSteps(model, static_cast<int64_t>(sources.size()), beams, max_length),
            static_cast<int64_t>(sources.size()) * beams, at::Tensor(), model.device()),
      cross_(HeadsOf(model.settings()), model.settings().decoder_layers, OffsetsOf(sources), beams,
             model.device()),
      context_RD_(
          at::empty({static_cast<int64_t>(sources.size()) * beams, model.settings().d_model},
                    at::TensorOptions(model.device()).dtype(at::kFloat))) {
  const c10::InferenceMode inference;
  Ids packed;
  for (const Ids& source : sources) packed.insert(packed.end(), source.begin(), source.end());
  const at::Tensor memory_ND =
      model.Encode(at::tensor(packed, at::kLong), OffsetsOf(sources), false);
  const auto& layers = model.weights().decoder;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    const nn::MergedLinear& kv = layers[layer].cross.kv;
    cross_.Fill(static_cast<int64_t>(layer),
                nn::Apply(kv, memory_ND).to(at::kFloat));
  }
}

at::Tensor BartDecoder::Step(const Ids& token_ids, const Ids& parents) {
  const c10::InferenceMode inference;
  self_.BeginStep(parents);
  at::Tensor x_RD = Embed(token_ids);
  const auto& layers = model_.weights().decoder;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    x_RD = Attend(static_cast<int64_t>(layer), x_RD);
    x_RD = FeedForward(layers[layer].ffn, x_RD);
  }
  const BartWeights& weights = model_.weights();
  return nn::RowProduct(x_RD, weights.shared_VD, weights.final_logits_bias_1V.flatten())
      .to(at::kFloat);
}

void BartDecoder::KeepItems(const Ids& items) {
  cross_.KeepItems(items);
  Ids rows;
  for (const int64_t item : items) {
    for (int64_t beam = 0; beam < beams_; ++beam) rows.push_back(item * beams_ + beam);
  }
  self_.KeepRows(rows);
}

at::Tensor BartDecoder::Embed(const Ids& token_ids) const {
  const BartWeights& weights = model_.weights();
  const at::Tensor tokens_RD =
      at::embedding(weights.shared_VD, at::tensor(token_ids, at::kLong).to(model_.device()));
  const int64_t position = self_.num_steps() - 1 + kBartPositionOffset;
  const at::Tensor position_D = weights.decoder_embedding.positions_PD.select(0, position);
  const double scale = model_.settings().embedding_scale();
  return nn::Apply(weights.decoder_embedding.norm, at::add(position_D, tokens_RD, scale));
}

at::Tensor BartDecoder::Attend(int64_t layer, const at::Tensor& x_RD) {
  const BartDecoderLayer& weights = model_.weights().decoder[static_cast<size_t>(layer)];
  const at::Tensor context_RD = context_RD_.narrow(0, 0, x_RD.size(0));
  const at::Tensor qkv_R3D = nn::Apply(weights.self.qkv, x_RD);
  self_.Attend(layer, qkv_R3D.to(at::kFloat), context_RD);
  const at::Tensor after_self_RD = nn::Apply(
      weights.self.norm,
      x_RD + nn::Apply(weights.self.out, OfType(context_RD, weights.self.out)));
  const at::Tensor query_RD = nn::Apply(weights.cross.q, after_self_RD);
  cross_.Attend(layer, query_RD.to(at::kFloat), context_RD);
  return nn::Apply(weights.cross.norm,
                   after_self_RD +
                       nn::Apply(weights.cross.out, OfType(context_RD, weights.cross.out)));
}

at::Tensor BartDecoder::FeedForward(const BartFeedForward& ffn, const at::Tensor& x_RD) const {
  const at::Tensor inner_RF =
      nn::Activate(model_.settings().activation_function, nn::Apply(ffn.up, x_RD));
  return nn::Apply(ffn.norm, x_RD + nn::Apply(ffn.down, inner_RF));
}

std::unique_ptr<Decoder> BartModel::StartDecoding(const std::vector<Ids>& sources, int64_t beams,
                                                  int64_t max_length) {
  return std::make_unique<BartDecoder>(*this, sources, beams, max_length);
}

}  // namespace plumbline::models
