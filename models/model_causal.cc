// Legend: N packed tokens, M rows of them that are asked for, D width, F inner width, H query
// heads, K key heads, E head width, V vocabulary.
#include "models/model_causal.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <string>
#include <utility>

#include "harness/base/error.h"
#include "models/named_linear.h"
#include "models/nn/label_loss.h"
#include "models/nn/recompute.h"
#include "models/nn/swiglu.h"

namespace plumbline::models {
namespace {

using Offsets = std::vector<int64_t>;

[[noreturn]] void RefuseBatch(const std::string& found, const std::string& wanted) {
  Fail(ErrorKind::kData, "running a decoder-only model on a batch", found, wanted,
       "another batch, or the checkpoint's own tokenizer");
}

void RequireItems(const Offsets& offsets, int64_t num_ids) {
  PLUMBLINE_CHECK(offsets.size() > 1 && offsets.front() == 0 && offsets.back() == num_ids);
  for (size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] > offsets[i - 1]) continue;
    RefuseBatch("item " + std::to_string(i - 1) + " without a token", "1 or more");
  }
}

void RequireIdsBelow(const at::Tensor& ids_N, int64_t vocab_size, const char* what) {
  PLUMBLINE_CHECK(ids_N.scalar_type() == at::kLong && ids_N.dim() == 1);
  const auto [smallest, largest] = at::aminmax(ids_N);
  const int64_t worst =
      smallest.item<int64_t>() < 0 ? smallest.item<int64_t>() : largest.item<int64_t>();
  if (worst >= 0 && worst < vocab_size) return;
  RefuseBatch(std::string(what) + " id " + std::to_string(worst),
              "0 to " + std::to_string(vocab_size - 1));
}

// 0, 1, ... within every item.
std::vector<int64_t> PositionsOf(const Offsets& offsets) {
  std::vector<int64_t> positions;
  for (size_t i = 1; i < offsets.size(); ++i) {
    for (int64_t row = offsets[i - 1]; row < offsets[i]; ++row) {
      positions.push_back(row - offsets[i - 1]);
    }
  }
  return positions;
}

// The last rows of each item.
struct Tail {
  nn::GroupedItems items;
  bool is_all = true;
  at::Tensor rows_M;  // row numbers, when not all
};

Tail TailOf(const Offsets& offsets, const std::vector<int64_t>& num_kept,
            const at::Device& device) {
  Tail tail{{{0}, offsets}, true, {}};
  std::vector<int64_t> rows;
  for (size_t i = 0; i < num_kept.size(); ++i) {
    PLUMBLINE_CHECK(num_kept[i] >= 0 && num_kept[i] <= tail.items.num_keys(i));
    for (int64_t row = offsets[i + 1] - num_kept[i]; row < offsets[i + 1]; ++row) {
      rows.push_back(row);
    }
    tail.items.query_offsets.push_back(static_cast<int64_t>(rows.size()));
  }
  tail.is_all = static_cast<int64_t>(rows.size()) == offsets.back();
  if (!tail.is_all) tail.rows_M = at::tensor(rows, at::kLong).to(device);
  return tail;
}

Tail WholeOf(const Offsets& offsets) { return {{offsets, offsets}, true, {}}; }

at::Tensor HeadsOf(const at::Tensor& x_ND, int64_t head_width) {
  return x_ND.unflatten(1, {-1, head_width});
}

at::Tensor Turned(const nn::RmsNorm& norm, const at::Tensor& x_NHE, const nn::RopeTable& table) {
  return nn::Rotate(norm.weight_D.defined() ? nn::Apply(norm, x_NHE) : x_NHE, table);
}

// The network's arithmetic for one call.
class Pass {
 public:
  Pass(const CausalConfig& settings, bool training, nn::RopeTable table)
      : settings_(settings), training_(training), table_(std::move(table)) {}

  // All rows in; the rows of `tail` out.
  at::Tensor RunLayer(const CausalLayer& layer, const at::Tensor& x_ND, const Tail& tail,
                      CausalHeads* heads) const {
    const at::Tensor normed_ND = nn::Apply(layer.input_norm, x_ND);
    *heads = tail.is_all ? ProjectHeads(settings_, layer, normed_ND, table_, training_)
                         : ProjectTail(layer, normed_ND, tail);
    const at::Tensor context_MHE = nn::GroupedCausalAttention(
        heads->q, heads->k, heads->v, tail.items, training_ ? settings_.attention_dropout : 0.0);
    const at::Tensor kept_MD = tail.is_all ? x_ND : x_ND.index_select(0, tail.rows_M);
    const at::Tensor after_MD = kept_MD + nn::Apply(layer.out, context_MHE.flatten(1), training_);
    return after_MD + FeedForward(layer, after_MD, training_);
  }

 private:
  // Keys and values of all rows, queries of the tail's.
  CausalHeads ProjectTail(const CausalLayer& layer, const at::Tensor& normed_ND,
                          const Tail& tail) const {
    const int64_t width = settings_.head_dim;
    const at::Tensor q_MD =
        nn::Apply(nn::PartsOf(layer.qkv, 0, 1), normed_ND.index_select(0, tail.rows_M), training_);
    const auto kv = nn::Apply(nn::PartsOf(layer.qkv, 1, 2), normed_ND, training_)
                        .split_with_sizes({settings_.key_width(), settings_.key_width()}, 1);
    return {Turned(layer.q_norm, HeadsOf(q_MD, width), nn::Select(table_, tail.rows_M)),
            Turned(layer.k_norm, HeadsOf(kv[0], width), table_), HeadsOf(kv[1], width)};
  }

  const CausalConfig& settings_;
  bool training_;
  nn::RopeTable table_;
};

// How many of an item's last rows reach from its first label that carries loss to its end.
std::vector<int64_t> LabelledTails(const at::Tensor& labels_M, const Offsets& offsets) {
  const at::Tensor labels = labels_M.to(at::kCPU).contiguous();
  const int64_t* label = labels.const_data_ptr<int64_t>();
  std::vector<int64_t> num_kept;
  for (size_t i = 1; i < offsets.size(); ++i) {
    const int64_t* end = label + offsets[i];
    const int64_t* first =
        std::find_if(label + offsets[i - 1], end, [](int64_t id) { return id != kIgnoredLabel; });
    num_kept.push_back(end - first);
  }
  return num_kept;
}

std::vector<int64_t> Sizes(const Offsets& offsets) {
  std::vector<int64_t> sizes;
  for (size_t i = 1; i < offsets.size(); ++i) sizes.push_back(offsets[i] - offsets[i - 1]);
  return sizes;
}

}  // namespace

CausalHeads ProjectHeads(const CausalConfig& settings, const CausalLayer& layer,
                         const at::Tensor& normed_ND, const nn::RopeTable& table, bool training) {
  const auto parts =
      nn::Apply(layer.qkv, normed_ND, training)
          .split_with_sizes({settings.query_width(), settings.key_width(), settings.key_width()},
                            1);
  const auto heads = [&](size_t part) { return HeadsOf(parts[part], settings.head_dim); };
  return {Turned(layer.q_norm, heads(0), table), Turned(layer.k_norm, heads(1), table), heads(2)};
}

at::Tensor FeedForward(const CausalLayer& layer, const at::Tensor& x_ND, bool training) {
  const at::Tensor inner_N2F =
      nn::Apply(layer.gate_up, nn::Apply(layer.post_norm, x_ND), training);
  return nn::Apply(layer.down, nn::SwiGlu(inner_N2F), training);
}

CausalModel::CausalModel(Json config, const CausalDialect& dialect, const Allocation& allocation)
    : config_(std::move(config)),
      settings_(ReadCausalConfig(config_, dialect)),
      weights_(AllocateCausalWeights(
          settings_, settings_.tie_word_embeddings && allocation.head != StoredHead::kDifferent,
          allocation.weights)),
      frequencies_(nn::RopeFrequencies(settings_.rope)) {}

std::vector<NamedTensor> CausalModel::Parameters() const { return NamedCausalParameters(weights_); }

std::vector<NamedLinear> CausalModel::Linears() const { return NamedCausalLinears(weights_); }

at::Tensor CausalModel::Hidden(const at::Tensor& ids_N, const Offsets& offsets,
                               const std::vector<int64_t>& num_kept, bool training,
                               const KeyValueSink& sink) const {
  RequireItems(offsets, ids_N.size(0));
  RequireIdsBelow(ids_N, settings_.vocab_size, "input");
  const nn::RopeTable table = nn::MakeRopeTable(frequencies_, PositionsOf(offsets), device());
  const Pass pass(settings_, training, table);
  const Tail whole = WholeOf(offsets), last = TailOf(offsets, num_kept, device());
  at::Tensor x_ND =
      at::embedding(weights_.embedding_VD, ids_N.to(device()), settings_.pad_token_id.value_or(-1));
  for (size_t layer = 0; layer < weights_.layers.size(); ++layer) {
    CausalHeads heads;
    const CausalLayer& weights = weights_.layers[layer];
    const Tail& tail = layer + 1 == weights_.layers.size() ? last : whole;
    if (training && recomputes_ && !sink) {
      x_ND = nn::Recompute(
          [pass, tail, &weights](const std::vector<at::Tensor>& inputs) {
            CausalHeads dropped;
            return pass.RunLayer(weights, inputs[0], tail, &dropped);
          },
          {x_ND});
      continue;
    }
    x_ND = pass.RunLayer(weights, x_ND, tail, &heads);
    if (sink) sink(static_cast<int64_t>(layer), heads.k, heads.v);
  }
  return nn::Apply(weights_.norm, x_ND);
}

at::Tensor CausalModel::Logits(const PackedBatch& batch) {
  const at::Tensor hidden_MD = Hidden(batch.decoder_input_ids_M, batch.target_offsets,
                                      Sizes(batch.target_offsets), /*training=*/false);
  return at::mm(hidden_MD, weights_.output_VD().t()).to(at::kFloat);
}

LossSums CausalModel::Loss(const PackedBatch& batch, double label_smoothing_factor, bool training) {
  PLUMBLINE_CHECK(batch.labels_M.sizes() == batch.decoder_input_ids_M.sizes());
  RequireIdsBelow(at::where(batch.labels_M.eq(kIgnoredLabel), 0, batch.labels_M),
                  settings_.vocab_size, "label");
  const std::vector<int64_t> num_kept = LabelledTails(batch.labels_M, batch.target_offsets);
  const Tail tail = TailOf(batch.target_offsets, num_kept, device());
  const at::Tensor labels_M =
      tail.is_all ? batch.labels_M : batch.labels_M.to(device()).index_select(0, tail.rows_M);
  const at::Tensor hidden_MD =
      Hidden(batch.decoder_input_ids_M, batch.target_offsets, num_kept, training);
  const nn::LabelLossSums sums = nn::LabelLoss(hidden_MD, weights_.output_VD(), at::Tensor(),
                                               labels_M, kIgnoredLabel, label_smoothing_factor);
  return {sums.loss, sums.nll_sum, sums.num_labels};
}

}  // namespace plumbline::models
