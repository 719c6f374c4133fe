#include "models/nn/operator_cache.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <limits>

#include "harness/base/error.h"

namespace plumbline::nn {
namespace {

// Beams move beside the heads of a key head's group, so that all of an item's rows share one product; and back.
// Legend: G query heads a key head, P beams of an item.
at::Tensor RowsToItems(const at::Tensor& x_RKGX, int64_t num_items) {
  return x_RKGX.unflatten(0, {num_items, -1}).transpose(1, 2).flatten(2, 3);
}

at::Tensor ItemsToRows(const at::Tensor& x_BKQX, int64_t num_beams) {
  return x_BKQX.unflatten(2, {num_beams, -1}).transpose(1, 2).flatten(0, 1);
}

at::Tensor SharedScores(const at::Tensor& q_RKGE, double scale, const SharedKeys& shared) {
  const int64_t num_items = shared.keys_BKSE.size(0);
  const at::Tensor scores_BKQS =
      at::matmul(RowsToItems(q_RKGE, num_items), shared.keys_BKSE.transpose(2, 3)).mul(scale);
  const at::Tensor hidden = shared.is_padding_BS.unsqueeze(1).unsqueeze(1);
  return ItemsToRows(scores_BKQS.masked_fill(hidden, -std::numeric_limits<float>::infinity()),
                     q_RKGE.size(0) / num_items);
}

at::Tensor SharedContext(const at::Tensor& weights_RKGS, const SharedKeys& shared) {
  const int64_t num_items = shared.keys_BKSE.size(0);
  return ItemsToRows(at::matmul(RowsToItems(weights_RKGS, num_items), shared.values_BKSE),
                     weights_RKGS.size(0) / num_items);
}

at::Tensor OwnScores(const at::Tensor& q_RKGE, double scale, const OwnKeys& own,
                     const at::Tensor& bias_HT) {
  const at::Tensor scores_RKGT = at::matmul(q_RKGE, own.keys_RTKE.permute({0, 2, 3, 1})).mul(scale);
  return bias_HT.defined() ? scores_RKGT + bias_HT.unflatten(0, {q_RKGE.size(1), -1}) : scores_RKGT;
}

}  // namespace

SharedKeyCache::SharedKeyCache(const std::vector<int64_t>& offsets, const at::Device& device)
    : num_items_(static_cast<int64_t>(offsets.size()) - 1) {
  for (size_t i = 1; i < offsets.size(); ++i)
    longest_ = std::max(longest_, offsets[i] - offsets[i - 1]);
  std::vector<int64_t> places, lengths;
  for (size_t i = 1; i < offsets.size(); ++i) {
    lengths.push_back(offsets[i] - offsets[i - 1]);
    for (int64_t s = 0; s < longest_; ++s)
      places.push_back(s < lengths.back() ? offsets[i - 1] + s : 0);
  }
  const at::Tensor lengths_B1 = at::tensor(lengths, at::kLong).unsqueeze(1);
  is_padding_BS_ = at::arange(longest_, at::kLong).ge(lengths_B1).to(device);
  places_BS_ = at::tensor(places, at::kLong).to(device);
}

void SharedKeyCache::Fill(const at::Tensor& k_NKE, const at::Tensor& v_NKE) {
  const auto padded = [&](const at::Tensor& x_NKE) {
    const at::Tensor x_BSKE =
        x_NKE.index_select(0, places_BS_).unflatten(0, {num_items_, longest_});
    return x_BSKE.transpose(1, 2).contiguous();
  };
  layers_.push_back({padded(k_NKE), padded(v_NKE), is_padding_BS_});
}

void SharedKeyCache::KeepItems(const std::vector<int64_t>& items) {
  const at::Tensor kept = at::tensor(items, at::kLong).to(is_padding_BS_.device());
  is_padding_BS_ = is_padding_BS_.index_select(0, kept);
  for (SharedKeys& layer : layers_) {
    layer = {layer.keys_BKSE.index_select(0, kept), layer.values_BKSE.index_select(0, kept),
             is_padding_BS_};
  }
}

HistoryCache::HistoryCache(int64_t num_layers, int64_t num_steps, int64_t num_rows,
                           int64_t num_key_heads, int64_t head_width, const at::Device& device)
    : num_key_heads_(num_key_heads),
      cache_L2TRD_(at::empty({num_layers, 2, num_steps, num_rows, num_key_heads * head_width},
                             at::TensorOptions(device).dtype(at::kFloat))) {}

void HistoryCache::BeginStep(const AncestorTable& table) {
  num_steps_ = table.num_open_steps();
  const int64_t num_slots = cache_L2TRD_.size(3);
  std::vector<int64_t> slots, places;
  for (int64_t row = 0; row < table.num_rows(); ++row) {
    slots.push_back(table.SlotOf(row));
    for (int64_t t = 0; t < num_steps_; ++t)
      places.push_back(t * num_slots + table.AncestorsOf(row)[t]);
  }
  slots_R_ = at::tensor(slots, at::kLong).to(cache_L2TRD_.device());
  places_RT_ = at::tensor(places, at::kLong).to(cache_L2TRD_.device());
}

OwnKeys HistoryCache::Store(int64_t layer, const at::Tensor& k_RD, const at::Tensor& v_RD) {
  PLUMBLINE_CHECK(num_steps_ > 0 && k_RD.size(0) == slots_R_.size(0));
  const at::Tensor layer_2TRD = cache_L2TRD_.select(0, layer);
  layer_2TRD.select(0, 0).select(0, num_steps_ - 1).index_copy_(0, slots_R_, k_RD);
  layer_2TRD.select(0, 1).select(0, num_steps_ - 1).index_copy_(0, slots_R_, v_RD);
  return {Gather(layer_2TRD.select(0, 0)), Gather(layer_2TRD.select(0, 1))};
}

at::Tensor HistoryCache::Gather(const at::Tensor& values_TRD) const {
  return values_TRD.flatten(0, 1)
      .index_select(0, places_RT_)
      .view({slots_R_.size(0), num_steps_, num_key_heads_, -1});
}

at::Tensor AttendByOperators(const at::Tensor& q_RHE, double scale, const SharedKeys* shared,
                             const OwnKeys* own, const at::Tensor& bias_HT) {
  PLUMBLINE_CHECK(shared != nullptr || own != nullptr);
  const int64_t num_key_heads = shared ? shared->keys_BKSE.size(1) : own->keys_RTKE.size(2);
  const at::Tensor q_RKGE = q_RHE.unflatten(1, {num_key_heads, -1});
  std::vector<at::Tensor> scores;
  if (shared != nullptr) scores.push_back(SharedScores(q_RKGE, scale, *shared));
  if (own != nullptr) scores.push_back(OwnScores(q_RKGE, scale, *own, bias_HT));
  const at::Tensor weights = at::softmax(scores.size() == 1 ? scores[0] : at::cat(scores, 3), 3);
  const int64_t num_shared = shared ? shared->keys_BKSE.size(2) : 0;
  at::Tensor context_RKGE;
  if (shared != nullptr) context_RKGE = SharedContext(weights.narrow(3, 0, num_shared), *shared);
  if (own != nullptr) {
    const at::Tensor part =
        at::matmul(weights.narrow(3, num_shared, weights.size(3) - num_shared),
                   own->values_RTKE.permute({0, 2, 1, 3}));
    context_RKGE = context_RKGE.defined() ? context_RKGE + part : part;
  }
  return context_RKGE.flatten(1);
}

}  // namespace plumbline::nn
