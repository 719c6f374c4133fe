// Which cache row each beam's history lives in: what lets beams be reordered without moving a
// cache. Used by the decoders' caches; knows nothing of keys, values or search.
//
// Legend: R rows (items x beams), T steps.
#ifndef PLUMBLINE_MODELS_NN_ANCESTOR_TABLE_H_
#define PLUMBLINE_MODELS_NN_ANCESTOR_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace plumbline::nn {

class AncestorTable {
 public:
  AncestorTable(int64_t num_steps, int64_t num_rows);

  // Opens the next step. `parents`: for each present row the present row it continues; ignored at
  // step 0.
  void BeginStep(const std::vector<int64_t>& parents);
  // Rows of the next step are these of the present ones, ascending.
  void KeepRows(const std::vector<int64_t>& rows);

  int64_t num_rows() const { return static_cast<int64_t>(slots_.size()); }  // present ones
  int64_t num_open_steps() const { return num_open_steps_; }  // the present one included
  int64_t max_steps() const { return max_steps_; }  // ancestors of two rows are this far apart
  // The cache row that a present row writes to.
  int64_t SlotOf(int64_t row) const { return slots_[static_cast<size_t>(row)]; }
  // The cache row of each open step of a present row's history, max_steps of them.
  const int32_t* AncestorsOf(int64_t row) const { return &ancestors_RT_[Place(row)]; }

 private:
  size_t Place(int64_t row) const { return static_cast<size_t>(row * max_steps_); }

  int64_t max_steps_;
  int64_t num_open_steps_ = 0;
  std::vector<int32_t> slots_;  // of each present row
  std::vector<int32_t> ancestors_RT_;
  std::vector<int32_t> next_ancestors_RT_;
};

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_ANCESTOR_TABLE_H_
