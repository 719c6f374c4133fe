#include "models/packed_rows.h"

#include <ATen/ops/aminmax.h>

#include "harness/base/error.h"

namespace plumbline::models {
namespace {

[[noreturn]] void RefuseBatch(const std::string& model, const std::string& found,
                              const std::string& wanted) {
  Fail(ErrorKind::kData, "running " + model + " on a batch", found, wanted,
       "another batch, or the checkpoint's own tokenizer");
}

}  // namespace

void RequireItems(const std::string& model, const std::vector<int64_t>& offsets, int64_t num_ids,
                  std::optional<int64_t> max_tokens, const char* side) {
  PLUMBLINE_CHECK(offsets.size() > 1 && offsets.front() == 0 && offsets.back() == num_ids);
  for (size_t i = 1; i < offsets.size(); ++i) {
    const int64_t size = offsets[i] - offsets[i - 1];
    if (size >= 1 && (!max_tokens || size <= *max_tokens)) continue;
    RefuseBatch(model,
                "item " + std::to_string(i - 1) + " with " + std::to_string(size) + " " + side +
                    " tokens",
                max_tokens ? "1 to " + std::to_string(*max_tokens) : "at least 1");
  }
}

void RequireIdsBelow(const std::string& model, const at::Tensor& ids_N, int64_t vocab_size,
                     const char* side) {
  PLUMBLINE_CHECK(ids_N.scalar_type() == at::kLong && ids_N.dim() == 1);
  const auto [smallest, largest] = at::aminmax(ids_N);
  const int64_t worst =
      smallest.item<int64_t>() < 0 ? smallest.item<int64_t>() : largest.item<int64_t>();
  if (worst >= 0 && worst < vocab_size) return;
  RefuseBatch(model, std::string(side) + " id " + std::to_string(worst),
              "0 to " + std::to_string(vocab_size - 1));
}

}  // namespace plumbline::models
