// Packed rows checked before a network reads them. Called by the architectures in models/.
#ifndef PLUMBLINE_MODELS_PACKED_ROWS_H_
#define PLUMBLINE_MODELS_PACKED_ROWS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline::models {

// Items cover num_ids exactly, each of at least one token and at most max_tokens (no bound when absent). `model`
// ("T5") and `side` ("source") stand in errors. Errors: kData.
void RequireItems(const std::string& model, const std::vector<int64_t>& offsets, int64_t num_ids,
                  std::optional<int64_t> max_tokens, const char* side);

// Every id lies in [0, vocab_size). Errors: kData.
void RequireIdsBelow(const std::string& model, const at::Tensor& ids_N, int64_t vocab_size,
                     const char* side);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_PACKED_ROWS_H_
