// Random initial weights that do not depend on the library, the instruction set or the thread
// count. Called by the families' initialisation.
#ifndef PLUMBLINE_MODELS_INITIALIZE_H_
#define PLUMBLINE_MODELS_INITIALIZE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace plumbline::models {

// Fills a floating tensor of any device with normal draws (mean 0), from the stream
// "initialize/<name>" of `seed`.
void FillNormal(const at::Tensor& tensor, double standard_deviation, uint64_t seed,
                const std::string& name);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_INITIALIZE_H_
