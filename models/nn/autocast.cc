#include "models/nn/autocast.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>

#include "harness/base/error.h"

namespace plumbline::nn {

Autocast::Autocast(const at::Device& device, std::optional<at::ScalarType> type)
    : device_(device.type()),
      former_enabled_(at::autocast::is_autocast_enabled(device_)),
      former_type_(at::autocast::get_autocast_dtype(device_)) {
  const bool enabled = type && *type != at::kFloat;
  PLUMBLINE_CHECK(!enabled || *type == at::kBFloat16 || *type == at::kHalf);
  at::autocast::set_autocast_enabled(device_, enabled);
  if (enabled) at::autocast::set_autocast_dtype(device_, *type);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, former_enabled_);
  at::autocast::set_autocast_dtype(device_, former_type_);
}

std::optional<at::ScalarType> AutocastType(const at::Device& device) {
  if (!at::autocast::is_autocast_enabled(device.type())) return std::nullopt;
  return at::autocast::get_autocast_dtype(device.type());
}

at::Tensor AsOperand(const at::Tensor& x) {
  const auto type = AutocastType(x.device());
  return type && x.is_floating_point() ? OfType(x, *type) : x;
}

at::Tensor OfType(const at::Tensor& x, at::ScalarType type) {
  return x.scalar_type() == type ? x : x.to(type);
}

}  // namespace plumbline::nn
