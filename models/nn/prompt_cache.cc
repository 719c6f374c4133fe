#include "models/nn/prompt_cache.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::nn {
namespace {

constexpr int64_t kWorkOfThread = 16384;  // multiply-adds

// Rows of (heads, head width) floats, dense within a row.
bool HasDenseRows(const at::Tensor& x_RHE) {
  return x_RHE.scalar_type() == at::kFloat && x_RHE.stride(2) == 1 &&
         x_RHE.stride(1) == x_RHE.size(2);
}

}  // namespace

PromptCache::PromptCache(const GroupShape& shape, int64_t num_layers, std::vector<int64_t> offsets,
                         int64_t num_beams, int64_t num_steps, const at::Device& device)
    : shape_(shape),
      num_beams_(num_beams),
      num_slots_((static_cast<int64_t>(offsets.size()) - 1) * num_beams),
      offsets_(std::move(offsets)),
      table_(num_steps, num_slots_) {
  PLUMBLINE_CHECK(shape.num_heads % shape.num_key_heads == 0 && shape.head_width <= kMaxHeadWidth);
  for (size_t i = 1; i < offsets_.size(); ++i) {
    const int64_t num_prompt = offsets_[i] - offsets_[i - 1];
    items_.push_back({num_prompt, layer_stride_});
    layer_stride_ +=
        PackedKeyCount(KeyHeads(), num_prompt) + PackedValueCount(KeyHeads(), num_prompt);
    max_scratch_ = std::max(
        max_scratch_, GroupScratchCount(num_beams * shape.group_size(), num_prompt, num_steps));
  }
  present_ = items_;
  if (!device.is_cpu()) {
    prompt_on_device_.emplace(offsets_, device);
    generated_on_device_.emplace(num_layers, num_steps, num_slots_, shape.num_key_heads,
                                 shape.head_width, device);
    return;
  }
  prompt_L_ = at::empty({num_layers, layer_stride_}, at::kFloat);
  generated_L2TRD_ =
      at::empty({num_layers, 2, num_steps, num_slots_, shape.key_width()}, at::kFloat);
  scratch_ = at::empty({at::get_num_threads(), max_scratch_}, at::kFloat);
}

float* PromptCache::PromptKeysOf(int64_t layer, const Item& item) const {
  return prompt_L_.data_ptr<float>() + layer * layer_stride_ + item.begin;
}

PromptView PromptCache::PromptOf(int64_t layer, const Item& item, int64_t key_head) const {
  const float* keys = PromptKeysOf(layer, item);
  const float* values = keys + PackedKeyCount(KeyHeads(), item.num_prompt);
  const int64_t width = key_head * shape_.head_width;
  return {keys + width * RoundUpToLanes(item.num_prompt), values + width * item.num_prompt,
          item.num_prompt};
}

float* PromptCache::GeneratedKeysOf(int64_t layer) const {
  return generated_L2TRD_.data_ptr<float>() + layer * 2 * layer_values();
}

void PromptCache::BeginStep(const std::vector<int64_t>& parents) {
  table_.BeginStep(parents);
  if (!generated_on_device_) return;
  generated_on_device_->BeginStep(table_);
}

void PromptCache::FillPrompt(int64_t layer, const at::Tensor& k_NKE, const at::Tensor& v_NKE) {
  if (prompt_on_device_) return prompt_on_device_->Fill(k_NKE, v_NKE);
  const at::Tensor kv_N2D = at::cat({k_NKE.flatten(1), v_NKE.flatten(1)}, 1);
  PLUMBLINE_CHECK(kv_N2D.size(0) == offsets_.back() && kv_N2D.size(1) == 2 * shape_.key_width());
  const float* kv = kv_N2D.const_data_ptr<float>();
  at::parallel_for(0, static_cast<int64_t>(items_.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Item& item = items_[static_cast<size_t>(i)];
      float* keys = PromptKeysOf(layer, item);
      PackCross(KeyHeads(), item.num_prompt,
                kv + offsets_[static_cast<size_t>(i)] * 2 * shape_.key_width(), keys,
                keys + PackedKeyCount(KeyHeads(), item.num_prompt));
    }
  });
}

void PromptCache::Store(int64_t layer, const at::Tensor& k_RKE, const at::Tensor& v_RKE) {
  const int64_t width = shape_.key_width();
  float* keys = GeneratedKeysOf(layer) + (table_.num_open_steps() - 1) * num_slots_ * width;
  for (int64_t row = 0; row < num_rows(); ++row) {
    const int64_t place = table_.SlotOf(row) * width;
    std::copy_n(k_RKE.const_data_ptr<float>() + row * k_RKE.stride(0), width, keys + place);
    std::copy_n(v_RKE.const_data_ptr<float>() + row * v_RKE.stride(0), width,
                keys + layer_values() + place);
  }
}

void PromptCache::Attend(int64_t layer, const at::Tensor& q_RHE, const at::Tensor& k_RKE,
                         const at::Tensor& v_RKE, const at::Tensor& context_RD) {
  if (generated_on_device_) {
    const OwnKeys own = generated_on_device_->Store(layer, k_RKE.flatten(1), v_RKE.flatten(1));
    context_RD.copy_(
        AttendByOperators(q_RHE, shape_.scale, &prompt_on_device_->Layer(layer), &own));
    return;
  }
  PLUMBLINE_CHECK(HasDenseRows(q_RHE) && HasDenseRows(k_RKE) && HasDenseRows(v_RKE) &&
                  context_RD.is_contiguous() && q_RHE.size(0) == num_rows());
  Store(layer, k_RKE, v_RKE);
  const float* queries = q_RHE.const_data_ptr<float>();
  float* contexts = context_RD.data_ptr<float>();
  const int64_t group_width = shape_.group_size() * shape_.head_width;
  const int64_t num_tasks = static_cast<int64_t>(present_.size()) * shape_.num_key_heads;
  const int64_t mean_prompt = offsets_.back() / static_cast<int64_t>(items_.size());
  const int64_t grain =
      GrainFor(2 * group_width * num_beams_ * (mean_prompt + table_.num_open_steps()), kWorkOfThread);
  at::parallel_for(0, num_tasks, grain, [&](int64_t begin, int64_t end) {
    float* scratch = scratch_.data_ptr<float>() + at::get_thread_num() * max_scratch_;
    for (int64_t task = begin; task < end; ++task) {
      const int64_t key_head = task % shape_.num_key_heads;
      const int64_t item = task / shape_.num_key_heads;
      const int64_t first_row = item * num_beams_;
      const float* keys = GeneratedKeysOf(layer) + key_head * shape_.head_width;
      const GeneratedView generated = {keys,
                                       keys + layer_values(),
                                       table_.AncestorsOf(first_row),
                                       table_.max_steps(),
                                       table_.num_open_steps(),
                                       num_slots_ * shape_.key_width(),
                                       shape_.key_width()};
      AttendGroup(shape_.head_width, shape_.scale,
                  PromptOf(layer, present_[static_cast<size_t>(item)], key_head), generated,
                  num_beams_, shape_.group_size(),
                  queries + first_row * q_RHE.stride(0) + key_head * group_width, q_RHE.stride(0),
                  scratch, contexts + first_row * shape_.query_width() + key_head * group_width,
                  shape_.query_width());
    }
  });
}

void PromptCache::KeepItems(const std::vector<int64_t>& items) {
  if (prompt_on_device_) prompt_on_device_->KeepItems(items);
  std::vector<int64_t> rows;
  for (size_t i = 0; i < items.size(); ++i) {
    present_[i] = present_.at(static_cast<size_t>(items[i]));
    for (int64_t beam = 0; beam < num_beams_; ++beam) rows.push_back(items[i] * num_beams_ + beam);
  }
  present_.resize(items.size());
  table_.KeepRows(rows);
}

std::vector<int64_t> PromptCache::Positions() const {
  std::vector<int64_t> positions;
  for (int64_t row = 0; row < num_rows(); ++row) {
    const Item& item = present_[static_cast<size_t>(row / num_beams_)];
    positions.push_back(item.num_prompt + table_.num_open_steps() - 1);
  }
  return positions;
}

}  // namespace plumbline::nn
