// What the caches of decoding do on a device without kernels of ours: keys and values there, attention of one step by
// the library's operators. Used by decode_cache.cc and prompt_cache.cc, which keep the books; any device, fp32.
//
// Legend: B items, N packed tokens, S tokens of the longest item, R rows (items x beams), T steps, H query heads,
// K key heads, E head width, D = K * E.
#ifndef PLUMBLINE_MODELS_NN_OPERATOR_CACHE_H_
#define PLUMBLINE_MODELS_NN_OPERATOR_CACHE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/nn/ancestor_table.h"

namespace plumbline::nn {

// Keys and values that all beams of an item read, padded to the longest item.
struct SharedKeys {
  at::Tensor keys_BKSE, values_BKSE;
  at::Tensor is_padding_BS;
};

// Keys and values of each row's own history.
struct OwnKeys {
  at::Tensor keys_RTKE, values_RTKE;
};

// One layer after another is filled; items that end are left out.
class SharedKeyCache {
 public:
  // `offsets`: packed items, one entry more than items, the first 0.
  SharedKeyCache(const std::vector<int64_t>& offsets, const at::Device& device);

  // k_NKE and v_NKE of all items; layers in order.
  void Fill(const at::Tensor& k_NKE, const at::Tensor& v_NKE);
  // Present items of the next step, ascending: the others' values go.
  void KeepItems(const std::vector<int64_t>& items);
  const SharedKeys& Layer(int64_t layer) const { return layers_[static_cast<size_t>(layer)]; }

 private:
  int64_t num_items_;
  int64_t longest_ = 0;
  at::Tensor places_BS_;  // flat: the packed token of each place, 0 where padding
  at::Tensor is_padding_BS_;
  std::vector<SharedKeys> layers_;
};

// Keys and values of every row at every step; which rows a present row descends from is its owner's knowledge.
class HistoryCache {
 public:
  HistoryCache(int64_t num_layers, int64_t num_steps, int64_t num_rows, int64_t num_key_heads,
               int64_t head_width, const at::Device& device);

  // Reads the step that the table has just opened: where its rows go, and where each row's history lies.
  void BeginStep(const AncestorTable& table);
  // Stores the newest step of a layer, (R, D) each, and returns the whole history.
  OwnKeys Store(int64_t layer, const at::Tensor& k_RD, const at::Tensor& v_RD);

 private:
  at::Tensor Gather(const at::Tensor& values_TRD) const;

  int64_t num_key_heads_;
  int64_t num_steps_ = 0;  // the present one included
  at::Tensor cache_L2TRD_;
  at::Tensor slots_R_;
  at::Tensor places_RT_;  // flat: rows of (steps x rows)
};

// softmax(scale * q . k + bias) v over both parts, of which one may be absent (null); (R, H * E). `bias_HT`: added to
// the scores of the history; undefined: none. Rows are item-major.
at::Tensor AttendByOperators(const at::Tensor& q_RHE, double scale, const SharedKeys* shared,
                             const OwnKeys* own, const at::Tensor& bias_HT = {});

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_OPERATOR_CACHE_H_
