// What the families of the decoder-only body share in how they are stored and initialised. Called
// by model_llama.cc and model_qwen3.cc.
#ifndef PLUMBLINE_MODELS_CAUSAL_FAMILY_H_
#define PLUMBLINE_MODELS_CAUSAL_FAMILY_H_

#include <memory>
#include <string>

#include "models/family.h"
#include "models/model_causal.h"

namespace plumbline::models {

// `make` builds a CausalModel with the family's dialect.
Family CausalFamily(std::string model_type, std::string architecture,
                    std::unique_ptr<Model> (*make)(const Json& config,
                                                   const Allocation& allocation));

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_CAUSAL_FAMILY_H_
