// What a decoder-only decoder remembers: the keys and values of every prompt once an item, whatever
// the number of beams, and those of generated tokens once a row and step, read through a table of
// ancestors. Allocated once for a call of generation; nothing in it ever moves. fp32; on the CPU by
// kernels of ours, on other devices by operator_cache.h. Knows nothing of weights, positions or
// search.
//
// Legend: L layers, T steps, R rows (items x beams), N packed prompt tokens, H query heads, K key
// heads, E head width.
#ifndef PLUMBLINE_MODELS_NN_PROMPT_CACHE_H_
#define PLUMBLINE_MODELS_NN_PROMPT_CACHE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "models/nn/ancestor_table.h"
#include "models/nn/kernels/decode_attention.h"
#include "models/nn/kernels/group_attention.h"
#include "models/nn/operator_cache.h"

namespace plumbline::nn {

struct GroupShape {
  int64_t num_heads = 1;
  int64_t num_key_heads = 1;  // divides num_heads
  int64_t head_width = 1;
  float scale = 1;  // of the products of queries and keys

  int64_t query_width() const { return num_heads * head_width; }
  int64_t key_width() const { return num_key_heads * head_width; }
  int64_t group_size() const { return num_heads / num_key_heads; }
};

class PromptCache {
 public:
  // `offsets`: packed prompts, one entry more than items, the first 0. num_steps: generated tokens
  // that are fed back. All tensors are on `device`.
  PromptCache(const GroupShape& shape, int64_t num_layers, std::vector<int64_t> offsets,
              int64_t num_beams, int64_t num_steps, const at::Device& device = at::kCPU);

  // Keys and values of all prompt tokens of a layer, (N, K, E) each; layers in order.
  void FillPrompt(int64_t layer, const at::Tensor& k_NKE, const at::Tensor& v_NKE);

  // Opens the next generated token. `parents`: for each present row the present row it continues;
  // ignored at the first.
  void BeginStep(const std::vector<int64_t>& parents);
  // Stores this token's keys and values of a layer and attends over prompt and generated tokens so
  // far. Dense last two axes: q_RHE, k_RKE, v_RKE. Fills context_RD (contiguous, D = H * E).
  void Attend(int64_t layer, const at::Tensor& q_RHE, const at::Tensor& k_RKE,
              const at::Tensor& v_RKE, const at::Tensor& context_RD);
  // Present items of the next step, ascending.
  void KeepItems(const std::vector<int64_t>& items);

  int64_t num_rows() const { return table_.num_rows(); }
  // Position of each present row's newest token: prompt and generated tokens before it.
  std::vector<int64_t> Positions() const;

  int64_t prompt_bytes() const { return static_cast<int64_t>(prompt_L_.nbytes()); }
  int64_t generated_bytes() const { return static_cast<int64_t>(generated_L2TRD_.nbytes()); }
  const void* prompt_data() const { return prompt_L_.data_ptr(); }
  const void* generated_data() const { return generated_L2TRD_.data_ptr(); }

 private:
  struct Item {
    int64_t num_prompt = 0;
    int64_t begin = 0;  // floats from the start of a layer: keys, then values
  };

  HeadShape KeyHeads() const { return {shape_.num_key_heads, shape_.head_width, shape_.scale}; }
  float* PromptKeysOf(int64_t layer, const Item& item) const;
  PromptView PromptOf(int64_t layer, const Item& item, int64_t key_head) const;
  float* GeneratedKeysOf(int64_t layer) const;
  int64_t layer_values() const { return table_.max_steps() * num_slots_ * shape_.key_width(); }
  void Store(int64_t layer, const at::Tensor& k_RKE, const at::Tensor& v_RKE);

  GroupShape shape_;
  int64_t num_beams_;
  int64_t num_slots_;  // rows of the cache; present rows may be fewer
  int64_t layer_stride_ = 0;
  int64_t max_scratch_ = 0;  // floats a thread
  std::vector<int64_t> offsets_;
  std::vector<Item> items_;    // all
  std::vector<Item> present_;  // those still decoded
  AncestorTable table_;
  at::Tensor prompt_L_;
  at::Tensor generated_L2TRD_;  // D = K * E
  at::Tensor scratch_;
  // In the place of the two caches, elsewhere than on the CPU.
  std::optional<SharedKeyCache> prompt_on_device_;
  std::optional<HistoryCache> generated_on_device_;
};

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_PROMPT_CACHE_H_
