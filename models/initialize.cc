#include "models/initialize.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <numbers>

#include "harness/base/random.h"

namespace plumbline::models {

// Box and Muller 1958: two uniform draws give two normal ones.
void FillNormal(const at::Tensor& tensor, double standard_deviation, uint64_t seed,
                const std::string& name) {
  SplitMix64 stream = NamedStream(seed, "initialize/" + name);
  const at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
  float* out = values.data_ptr<float>();
  float* const end = out + values.numel();
  while (out < end) {
    const double radius = standard_deviation * std::sqrt(-2.0 * std::log1p(-stream.Unit()));
    const double angle = 2.0 * std::numbers::pi * stream.Unit();
    *out++ = static_cast<float>(radius * std::cos(angle));
    if (out < end) *out++ = static_cast<float>(radius * std::sin(angle));
  }
  const at::NoGradGuard no_grad;
  tensor.copy_(values);
}

}  // namespace plumbline::models
