#include "tests/parity/causal/golden.h"

#include <ATen/Parallel.h>

#include <numeric>
#include <vector>

#include "harness/base/error.h"
#include "harness/data/batch.h"

namespace plumbline::testing {

CausalGolden::CausalGolden(const std::string& shape)
    : directory(std::filesystem::path("tests/golden/causal") / shape),
      expected(ReadJsonFile(directory / "expected.json")),
      tensors(directory / "expected.safetensors") {
  // At this size a second thread gains nothing, and under foreign load its barriers cost a minute.
  at::set_num_threads(1);
}

at::Tensor CausalGolden::Tensor(const std::string& name) const {
  const models::StoredTensor* entry = tensors.Find(name);
  if (entry == nullptr) throw Error(ErrorKind::kInternal, "no golden tensor " + name);
  return tensors.View(*entry);
}

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
