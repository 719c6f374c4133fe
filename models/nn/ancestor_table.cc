#include "models/nn/ancestor_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "harness/base/error.h"

namespace plumbline::nn {

AncestorTable::AncestorTable(int64_t num_steps, int64_t num_rows)
    : max_steps_(num_steps),
      slots_(static_cast<size_t>(num_rows)),
      ancestors_RT_(static_cast<size_t>(num_rows * num_steps)),
      next_ancestors_RT_(static_cast<size_t>(num_rows * num_steps)) {
  std::iota(slots_.begin(), slots_.end(), 0);
}

void AncestorTable::BeginStep(const std::vector<int64_t>& parents) {
  PLUMBLINE_CHECK(num_open_steps_ < max_steps_ && parents.size() == slots_.size());
  const int64_t num_past = num_open_steps_++;
  for (int64_t row = 0; row < num_rows(); ++row) {
    int32_t* ancestors = &next_ancestors_RT_[Place(row)];
    if (num_past > 0) {
      std::copy_n(AncestorsOf(parents[static_cast<size_t>(row)]), num_past, ancestors);
    }
    ancestors[num_past] = static_cast<int32_t>(SlotOf(row));
  }
  std::swap(ancestors_RT_, next_ancestors_RT_);
}

void AncestorTable::KeepRows(const std::vector<int64_t>& rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    slots_[i] = slots_.at(
        static_cast<size_t>(rows[i]));  // rows ascend: none is overwritten before it is read
    std::copy_n(AncestorsOf(rows[i]), num_open_steps_,
                &ancestors_RT_[Place(static_cast<int64_t>(i))]);
  }
  slots_.resize(rows.size());
}

}  // namespace plumbline::nn
