#include "models/model_causal_decode.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "harness/base/error.h"
#include "models/nn/products.h"

// Legend: R rows (items x beams), B items, D width, E head width, V vocabulary.

namespace plumbline::models {
namespace {

using Ids = std::vector<int64_t>;

std::vector<int64_t> OffsetsOf(const std::vector<Ids>& prompts) {
  std::vector<int64_t> offsets = {0};
  for (const Ids& prompt : prompts) {
    offsets.push_back(offsets.back() + static_cast<int64_t>(prompt.size()));
  }
  return offsets;
}

nn::GroupShape ShapeOf(const CausalConfig& settings) {
  return {settings.num_attention_heads, settings.num_key_value_heads, settings.head_dim,
          1.0f / std::sqrt(static_cast<float>(settings.head_dim))};
}

// Tokens that are fed back: the last one never is. Checked before anything is allocated.
int64_t CheckedSteps(size_t num_items, int64_t beams, int64_t max_length) {
  PLUMBLINE_CHECK(num_items > 0 && beams > 0 && max_length > 0);
  return std::max<int64_t>(1, max_length - 1);
}

}  // namespace

CausalDecoder::CausalDecoder(const CausalModel& model, const std::vector<Ids>& prompts,
                             int64_t beams, int64_t max_length)
    : model_(model),
      beams_(beams),
      cache_(ShapeOf(model.settings()), model.settings().num_hidden_layers, OffsetsOf(prompts),
             beams, CheckedSteps(prompts.size(), beams, max_length), model.device()),
      context_RD_(
          at::empty({static_cast<int64_t>(prompts.size()) * beams, model.settings().query_width()},
                    at::TensorOptions(model.device()).dtype(at::kFloat))) {
  const c10::InferenceMode inference;
  Ids packed;
  for (const Ids& prompt : prompts) packed.insert(packed.end(), prompt.begin(), prompt.end());
  const std::vector<int64_t> last_row_alone(prompts.size(), 1);
  last_hidden_BD_ = model.Hidden(at::tensor(packed, at::kLong), OffsetsOf(prompts), last_row_alone,
                                 /*training=*/false,
                                 [this](int64_t layer, const at::Tensor& k, const at::Tensor& v) {
                                   cache_.FillPrompt(layer, k.to(at::kFloat), v.to(at::kFloat));
                                 });
}

at::Tensor CausalDecoder::LogitsOf(const at::Tensor& hidden_RD) const {
  return nn::RowProduct(hidden_RD, model_.weights().output_VD()).to(at::kFloat);
}

at::Tensor CausalDecoder::Step(const Ids& token_ids, const Ids& parents) {
  const c10::InferenceMode inference;
  PLUMBLINE_CHECK(static_cast<int64_t>(token_ids.size()) == cache_.num_rows());
  if (last_hidden_BD_.defined()) {
    const at::Tensor hidden_BD = std::exchange(last_hidden_BD_, at::Tensor());
    const at::Tensor logits_BV = LogitsOf(hidden_BD);
    return beams_ == 1 ? logits_BV : logits_BV.repeat_interleave(beams_, 0);
  }
  cache_.BeginStep(parents);
  const nn::RopeTable table =
      nn::MakeRopeTable(model_.frequencies(), cache_.Positions(), model_.device());
  const CausalWeights& weights = model_.weights();
  at::Tensor x_RD =
      at::embedding(weights.embedding_VD, at::tensor(token_ids, at::kLong).to(model_.device()));
  for (int64_t layer = 0; layer < model_.settings().num_hidden_layers; ++layer) {
    x_RD = RunLayer(layer, x_RD, table);
  }
  return LogitsOf(nn::Apply(weights.norm, x_RD));
}

at::Tensor CausalDecoder::RunLayer(int64_t layer, const at::Tensor& x_RD,
                                   const nn::RopeTable& table) {
  const CausalLayer& weights = model_.weights().layers[static_cast<size_t>(layer)];
  const CausalHeads heads =
      ProjectHeads(model_.settings(), weights, nn::Apply(weights.input_norm, x_RD), table);
  const at::Tensor context_RD = context_RD_.narrow(0, 0, x_RD.size(0));
  // The cache is fp32; a change of type is a no-op for fp32 weights.
  cache_.Attend(layer, heads.q.to(at::kFloat), heads.k.to(at::kFloat), heads.v.to(at::kFloat),
                context_RD);
  const at::Tensor after_RD = x_RD + nn::Apply(weights.out, context_RD.to(x_RD.scalar_type()));
  return after_RD + FeedForward(weights, after_RD);
}

void CausalDecoder::KeepItems(const Ids& items) {
  const c10::InferenceMode inference;
  cache_.KeepItems(items);
  if (last_hidden_BD_.defined()) {
    const at::Tensor kept = at::tensor(items, at::kLong).to(model_.device());
    last_hidden_BD_ = last_hidden_BD_.index_select(0, kept);
  }
}

std::unique_ptr<Decoder> CausalModel::StartDecoding(const std::vector<Ids>& sources, int64_t beams,
                                                    int64_t max_length) {
  return std::make_unique<CausalDecoder>(*this, sources, beams, max_length);
}

}  // namespace plumbline::models
