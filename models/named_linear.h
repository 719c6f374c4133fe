// An affine map of a model under transformers' module name: where an adapter can be attached.
// Filled by the families, read by models/adapt.
#ifndef PLUMBLINE_MODELS_NAMED_LINEAR_H_
#define PLUMBLINE_MODELS_NAMED_LINEAR_H_

#include <string>

#include "models/nn/linear.h"

namespace plumbline::models {

struct NamedLinear {
  std::string name;   // "model.layers.0.self_attn.q_proj"
  nn::Linear linear;  // shares weights and adapter slot with the model
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_NAMED_LINEAR_H_
