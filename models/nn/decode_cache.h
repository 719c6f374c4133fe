// What a decoder remembers between steps. Allocated once for a call of generation; nothing in it ever moves: beams
// are reordered in a table of row numbers, finished items are left out of it. fp32; on the CPU by kernels of ours, on
// other devices by operator_cache.h. Used by the decoders of the architectures; knows nothing of weights or search.
//
// Legend: L layers, T steps, R rows (items x beams), N packed source tokens, D width.
#ifndef PLUMBLINE_MODELS_NN_DECODE_CACHE_H_
#define PLUMBLINE_MODELS_NN_DECODE_CACHE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "models/nn/ancestor_table.h"
#include "models/nn/kernels/decode_attention.h"
#include "models/nn/operator_cache.h"

namespace plumbline::nn {

// Self-attention: keys and values of every row at every step, and for each present row the rows it descends from.
class SelfCache {
 public:
  // `bias_HT`: added to the scores of every layer by distance, contiguous fp32 with a column a step; its last column
  // is the present step's, the one before is one step back. Undefined: none. All tensors are on `device`.
  SelfCache(const HeadShape& shape, int64_t num_layers, int64_t num_steps, int64_t num_rows,
            at::Tensor bias_HT = {}, const at::Device& device = at::kCPU);

  // Opens the next step. `parents`: for each present row the present row it continues; ignored at step 0.
  void BeginStep(const std::vector<int64_t>& parents);
  // Stores this step's keys and values of a layer and attends over all steps so far.
  // qkv_R3D: contiguous queries, keys, values side by side. Fills context_RD (contiguous).
  void Attend(int64_t layer, const at::Tensor& qkv_R3D, const at::Tensor& context_RD);
  // Rows of the next step are these of the present ones, ascending.
  void KeepRows(const std::vector<int64_t>& rows) { table_.KeepRows(rows); }

  int64_t num_steps() const { return table_.num_open_steps(); }
  int64_t bytes() const { return static_cast<int64_t>(cache_L2TRD_.nbytes()); }
  const void* data() const { return cache_L2TRD_.data_ptr(); }

 private:
  at::Tensor AttendOnDevice(int64_t layer, const at::Tensor& qkv_R3D);

  HeadShape shape_;
  int64_t num_slots_;  // rows of the cache; present rows may be fewer
  AncestorTable table_;
  at::Tensor cache_L2TRD_;
  at::Tensor scores_RT_;
  at::Tensor bias_HT_;
  std::optional<HistoryCache> on_device_;  // in the place of the cache, elsewhere than on the CPU
};

// Cross-attention: keys and values of every item, once, whatever the number of beams.
class CrossCache {
 public:
  // `offsets`: packed sources, one entry more than items, the first 0.
  CrossCache(const HeadShape& shape, int64_t num_layers, std::vector<int64_t> offsets,
             int64_t num_beams, const at::Device& device = at::kCPU);

  // Layers in order. kv_N2D: contiguous keys and values side by side of all source tokens.
  void Fill(int64_t layer, const at::Tensor& kv_N2D);
  // Rows item-major over the present items. Fills context_RD (contiguous).
  void Attend(int64_t layer, const at::Tensor& query_RD, const at::Tensor& context_RD);
  // Present items of the next step, ascending.
  void KeepItems(const std::vector<int64_t>& items);

  int64_t bytes() const { return static_cast<int64_t>(cache_L_.nbytes()); }
  const void* data() const { return cache_L_.data_ptr(); }

 private:
  struct Item {
    int64_t num_source = 0;
    int64_t begin = 0;  // floats from the start of a layer: keys, then values
  };
  float* KeysOf(int64_t layer, const Item& item) const;
  float* ValuesOf(int64_t layer, const Item& item) const;

  HeadShape shape_;
  int64_t num_beams_;
  int64_t layer_stride_ = 0;
  int64_t max_scores_ = 0;  // floats of scratch a thread
  std::vector<int64_t> offsets_;
  std::vector<Item> items_;    // all
  std::vector<Item> present_;  // those still decoded
  at::Tensor cache_L_;
  at::Tensor scratch_;
  std::optional<SharedKeyCache> on_device_;  // in the place of the cache, elsewhere than on the CPU
};

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_DECODE_CACHE_H_
