#include "models/nn/decode_cache.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "harness/base/error.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::nn {
namespace {

constexpr int64_t kWorkOfThread = 16384;  // multiply-adds

}  // namespace

SelfCache::SelfCache(const HeadShape& shape, int64_t num_layers, int64_t num_steps,
                     int64_t num_rows, at::Tensor bias_HT, const at::Device& device)
    : shape_(shape),
      num_slots_(num_rows),
      table_(num_steps, num_rows),
      bias_HT_(std::move(bias_HT)) {
  PLUMBLINE_CHECK(!bias_HT_.defined() ||
                  (bias_HT_.is_contiguous() && bias_HT_.size(0) == shape.num_heads &&
                   bias_HT_.size(1) == num_steps));
  if (!device.is_cpu()) {
    on_device_.emplace(num_layers, num_steps, num_rows, shape.num_heads, shape.head_width, device);
    return;
  }
  cache_L2TRD_ = at::empty({num_layers, 2, num_steps, num_rows, shape.width()}, at::kFloat);
  scores_RT_ = at::empty({num_rows, num_steps}, at::kFloat);
}

void SelfCache::BeginStep(const std::vector<int64_t>& parents) {
  table_.BeginStep(parents);
  if (on_device_) on_device_->BeginStep(table_);
}

at::Tensor SelfCache::AttendOnDevice(int64_t layer, const at::Tensor& qkv_R3D) {
  const auto qkv = qkv_R3D.split(shape_.width(), 1);
  const OwnKeys own = on_device_->Store(layer, qkv[1], qkv[2]);
  const at::Tensor bias_HT =
      bias_HT_.defined()
          ? bias_HT_.narrow(1, table_.max_steps() - num_steps(), num_steps())
          : at::Tensor();
  return AttendByOperators(qkv[0].unflatten(1, {shape_.num_heads, -1}), shape_.scale, nullptr, &own,
                           bias_HT);
}

void SelfCache::Attend(int64_t layer, const at::Tensor& qkv_R3D, const at::Tensor& context_RD) {
  if (on_device_) {
    context_RD.copy_(AttendOnDevice(layer, qkv_R3D));
    return;
  }
  const int64_t width = shape_.width();
  const int64_t num_rows = table_.num_rows();
  const int64_t max_steps = table_.max_steps();
  PLUMBLINE_CHECK(qkv_R3D.is_contiguous() && qkv_R3D.size(0) == num_rows);
  float* keys_TRD = cache_L2TRD_.data_ptr<float>() + layer * 2 * max_steps * num_slots_ * width;
  float* values_TRD = keys_TRD + max_steps * num_slots_ * width;
  const int64_t step = (num_steps() - 1) * num_slots_;
  const float* qkv = qkv_R3D.data_ptr<float>();
  for (int64_t row = 0; row < num_rows; ++row) {
    const float* key = qkv + (row * 3 + 1) * width;
    const int64_t place = (step + table_.SlotOf(row)) * width;
    std::copy_n(key, width, keys_TRD + place);
    std::copy_n(key + width, width, values_TRD + place);
  }
  float* scores = scores_RT_.data_ptr<float>();
  float* context = context_RD.data_ptr<float>();
  const float* bias =
      bias_HT_.defined() ? bias_HT_.data_ptr<float>() + max_steps - num_steps() : nullptr;
  const int64_t grain = GrainFor(2 * width * num_steps(), kWorkOfThread);
  at::parallel_for(0, num_rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const HistoryView history{keys_TRD,    values_TRD, table_.AncestorsOf(row),
                                num_steps(), num_slots_, bias,
                                max_steps};
      AttendHistory(shape_, history, qkv + row * 3 * width, scores + row * max_steps,
                    context + row * width);
    }
  });
}

CrossCache::CrossCache(const HeadShape& shape, int64_t num_layers, std::vector<int64_t> offsets,
                       int64_t num_beams, const at::Device& device)
    : shape_(shape), num_beams_(num_beams), offsets_(std::move(offsets)) {
  if (!device.is_cpu()) {
    on_device_.emplace(offsets_, device);
    return;
  }
  for (size_t i = 1; i < offsets_.size(); ++i) {
    const int64_t num_source = offsets_[i] - offsets_[i - 1];
    items_.push_back({num_source, layer_stride_});
    layer_stride_ += PackedKeyCount(shape, num_source) + PackedValueCount(shape, num_source);
    max_scores_ = std::max(max_scores_, num_beams * RoundUpToLanes(num_source));
  }
  present_ = items_;
  cache_L_ = at::empty({num_layers, layer_stride_}, at::kFloat);
  scratch_ = at::empty({at::get_num_threads(), max_scores_}, at::kFloat);
}

float* CrossCache::KeysOf(int64_t layer, const Item& item) const {
  return cache_L_.data_ptr<float>() + layer * layer_stride_ + item.begin;
}

float* CrossCache::ValuesOf(int64_t layer, const Item& item) const {
  return KeysOf(layer, item) + PackedKeyCount(shape_, item.num_source);
}

void CrossCache::Fill(int64_t layer, const at::Tensor& kv_N2D) {
  PLUMBLINE_CHECK(kv_N2D.is_contiguous() && kv_N2D.size(0) == offsets_.back() &&
                  kv_N2D.size(1) == 2 * shape_.width());
  if (on_device_) {
    const auto heads = kv_N2D.unflatten(1, {2 * shape_.num_heads, -1}).chunk(2, 1);
    on_device_->Fill(heads[0], heads[1]);
    return;
  }
  const float* kv = kv_N2D.data_ptr<float>();
  at::parallel_for(0, static_cast<int64_t>(items_.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      PackCross(shape_, items_[i].num_source, kv + offsets_[i] * 2 * shape_.width(),
                KeysOf(layer, items_[i]), ValuesOf(layer, items_[i]));
    }
  });
}

void CrossCache::Attend(int64_t layer, const at::Tensor& query_RD, const at::Tensor& context_RD) {
  if (on_device_) {
    context_RD.copy_(AttendByOperators(query_RD.unflatten(1, {shape_.num_heads, -1}), shape_.scale,
                                       &on_device_->Layer(layer), nullptr));
    return;
  }
  const int64_t num_tasks = static_cast<int64_t>(present_.size()) * shape_.num_heads;
  PLUMBLINE_CHECK(query_RD.is_contiguous() &&
                  query_RD.size(0) == static_cast<int64_t>(present_.size()) * num_beams_);
  const float* query = query_RD.data_ptr<float>();
  float* context = context_RD.data_ptr<float>();
  const int64_t num_source = layer_stride_ / (2 * shape_.width() * static_cast<int64_t>(items_.size()));
  const int64_t grain = GrainFor(2 * shape_.head_width * num_source * num_beams_, kWorkOfThread);
  at::parallel_for(0, num_tasks, grain, [&](int64_t begin, int64_t end) {
    float* scores = scratch_.data_ptr<float>() + at::get_thread_num() * max_scores_;
    for (int64_t task = begin; task < end; ++task) {
      const Item& item = present_[task / shape_.num_heads];
      const int64_t head = task % shape_.num_heads;
      const int64_t first = task / shape_.num_heads * num_beams_ * shape_.width() +
                            head * shape_.head_width;
      const int64_t num_padded = RoundUpToLanes(item.num_source);
      AttendCrossHead(shape_, item.num_source,
                      KeysOf(layer, item) + head * shape_.head_width * num_padded,
                      ValuesOf(layer, item) + head * shape_.head_width * item.num_source,
                      num_beams_, query + first, scores, context + first);
    }
  });
}

void CrossCache::KeepItems(const std::vector<int64_t>& items) {
  if (on_device_) return on_device_->KeepItems(items);
  for (size_t i = 0; i < items.size(); ++i) present_[i] = present_.at(items[i]);
  present_.resize(items.size());
}

}  // namespace plumbline::nn
