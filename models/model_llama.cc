// Llama 3.x (and its elders with rotary positions): the decoder-only body with Llama's defaults and
// switches.
#include <memory>

#include "models/causal_family.h"

namespace plumbline::models {
namespace {

// transformers 5.23, LlamaConfig.
CausalDialect Dialect() {
  CausalDialect dialect;
  dialect.name = "Llama";
  dialect.derives_sizes = true;
  dialect.has_mlp_bias = true;
  return dialect;
}

std::unique_ptr<Model> MakeLlama(const Json& config, const Allocation& allocation) {
  return std::make_unique<CausalModel>(config, Dialect(), allocation);
}

}  // namespace

Family DescribeLlama() { return CausalFamily("llama", "LlamaForCausalLM", MakeLlama); }

}  // namespace plumbline::models
