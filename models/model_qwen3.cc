// Dense Qwen3: the decoder-only body with a norm over each query and key head, and Qwen3's
// defaults.
#include <memory>

#include "models/causal_family.h"

namespace plumbline::models {
namespace {

// transformers 5.23, Qwen3Config.
CausalDialect Dialect() {
  CausalDialect dialect;
  dialect.name = "Qwen3";
  dialect.has_sliding_window = true;
  dialect.defaults.vocab_size = 151936;
  dialect.defaults.intermediate_size = 22016;
  dialect.defaults.max_position_embeddings = 32768;
  dialect.defaults.has_qk_norm = true;
  return dialect;
}

std::unique_ptr<Model> MakeQwen3(const Json& config, const Allocation& allocation) {
  return std::make_unique<CausalModel>(config, Dialect(), allocation);
}

}  // namespace

Family DescribeQwen3() { return CausalFamily("qwen3", "Qwen3ForCausalLM", MakeQwen3); }

}  // namespace plumbline::models
