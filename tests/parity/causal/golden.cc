#include "tests/parity/causal/golden.h"

#include <numeric>
#include <vector>

#include "harness/data/batch.h"

namespace plumbline::testing {

models::PackedBatch PackCausalItems(const Json& items) {
  std::vector<data::TokenizedRow> rows;
  for (const Json& item : items) {
    const auto number = static_cast<int64_t>(rows.size());
    rows.push_back({std::to_string(number), item.at("input_ids").get<std::vector<int64_t>>(),
                    item.at("labels").get<std::vector<int64_t>>(), number});
  }
  std::vector<int64_t> order(rows.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  return data::MakeCausalBatch(rows, order).packed;
}

}  // namespace plumbline::testing
