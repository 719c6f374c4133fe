#include "models/nn/linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>

#include "harness/base/error.h"
#include "models/nn/autocast.h"
#include "models/nn/four_bit_linear.h"
#include "models/nn/products.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Forward with the merged tensors, gradients to the parts: autograd must not see the merged
// storage, or the parts would not be leaves. `leaves` are the parts' weights, then their biases if
// they have any.
class MergedProduct : public torch::autograd::Function<MergedProduct> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x_NI, at::TensorList leaves,
                            int64_t num_parts, int64_t key_part, const at::Tensor& merged_weight_OI,
                            const std::optional<at::Tensor>& merged_bias_O) {
    std::vector<int64_t> widths;
    for (size_t i = 0; i < static_cast<size_t>(num_parts); ++i) widths.push_back(leaves[i].size(0));
    context->save_for_backward({x_NI, merged_weight_OI});
    context->saved_data["key_part"] = key_part;
    context->saved_data["widths"] = widths;
    context->saved_data["num_leaves"] = static_cast<int64_t>(leaves.size());
    return RowProduct(x_NI, merged_weight_OI, merged_bias_O.value_or(at::Tensor()));
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& grad_NO = outputs[0];
    const std::vector<int64_t> widths = context->saved_data["widths"].toIntVector();
    const auto num_leaves = static_cast<size_t>(context->saved_data["num_leaves"].toInt());
    const int64_t key_part = context->saved_data["key_part"].toInt();
    variable_list grads(1 + num_leaves + 4);
    // Under autocast the product was of another type than the weights; so is its gradient.
    const at::ScalarType type = grad_NO.scalar_type();
    if (context->needs_input_grad(0)) grads[0] = Product(grad_NO, OfType(saved[1], type));
    const size_t end_of_weights = 1 + widths.size();
    if (context->needs_input_grad({{1, end_of_weights}})) {
      const auto weights = Product(grad_NO.t(), OfType(saved[0], type)).split_with_sizes(widths, 0);
      std::copy(weights.begin(), weights.end(), grads.begin() + 1);
    }
    if (context->needs_input_grad({{end_of_weights, 1 + num_leaves}})) {
      const auto biases = grad_NO.sum(0).split_with_sizes(widths, 0);
      if (key_part >= 0) biases[static_cast<size_t>(key_part)].zero_();
      std::copy(biases.begin(), biases.end(),
                grads.begin() + static_cast<std::ptrdiff_t>(end_of_weights));
    }
    return grads;
  }
};

// x in the slot's compute type, and the result in that of x, as bitsandbytes' Linear4bit does; under
// autocast its type is the compute type.
at::Tensor FourBitProduct(const FourBitLinear& linear, at::ScalarType compute_type,
                          const at::Tensor& x_NI) {
  if (AutocastType(x_NI.device())) return Apply(linear, x_NI);
  return Apply(linear, x_NI.to(compute_type)).to(x_NI.scalar_type());
}

// The one place where a map's own weights are multiplied, however they are stored.
at::Tensor BaseProduct(const Linear& linear, const at::Tensor& x_NI) {
  if (linear.is_four_bit()) {
    return FourBitProduct({{*linear.slot->four_bit}, linear.bias_O}, linear.slot->compute_type, x_NI);
  }
  if (!at::GradMode::is_enabled()) return RowProduct(x_NI, linear.weight_OI, linear.bias_O);
  std::vector<at::Tensor> leaves = {linear.weight_OI};
  std::optional<at::Tensor> bias;
  if (linear.bias_O.defined()) {
    leaves.push_back(linear.bias_O);
    bias = linear.bias_O.detach();
  }
  return MergedProduct::apply(AsOperand(x_NI), at::TensorList(leaves), 1, -1,
                              linear.weight_OI.detach(), bias);
}

bool HasFourBit(const MergedLinear& linear) {
  return std::any_of(linear.parts.begin(), linear.parts.end(),
                     [](const Linear& part) { return part.is_four_bit(); });
}

// Of a map with parts in 4 bits, all of them or some.
at::Tensor MergedFourBitProduct(const MergedLinear& linear, const at::Tensor& x_NI) {
  FourBitLinear merged{{}, linear.bias_O};
  for (const Linear& part : linear.parts) {
    if (part.is_four_bit()) merged.parts.push_back(*part.slot->four_bit);
  }
  if (merged.parts.size() == linear.parts.size())
    return FourBitProduct(merged, linear.parts.front().slot->compute_type, x_NI);
  std::vector<at::Tensor> products;
  for (const Linear& part : linear.parts) products.push_back(BaseProduct(part, x_NI));
  return at::cat(products, 1);
}

at::Tensor BaseProduct(const MergedLinear& linear, const at::Tensor& x_NI) {
  if (HasFourBit(linear)) return MergedFourBitProduct(linear, x_NI);
  if (!at::GradMode::is_enabled()) return RowProduct(x_NI, linear.weight_OI, linear.bias_O);
  std::vector<at::Tensor> leaves;
  for (const Linear& part : linear.parts) leaves.push_back(part.weight_OI);
  std::optional<at::Tensor> bias;
  if (linear.bias_O.defined()) {
    bias = linear.bias_O;
    for (const Linear& part : linear.parts) leaves.push_back(part.bias_O);
  }
  return MergedProduct::apply(AsOperand(x_NI), at::TensorList(leaves),
                              static_cast<int64_t>(linear.parts.size()), linear.key_part,
                              linear.weight_OI, bias);
}

// One tensor under two names whose gradients are added in one place: a sum over all readers of x
// has then the same order with an adapter as without, and with recomputed layers as without.
class Fork : public torch::autograd::Function<Fork> {
 public:
  static variable_list forward(AutogradContext*, const at::Tensor& x_NI) {
    return {x_NI.detach(), x_NI.detach()};
  }

  static variable_list backward(AutogradContext*, const variable_list& outputs) {
    return {outputs[0] + outputs[1]};
  }
};

std::vector<AdaptedColumns> AdaptedParts(std::span<const Linear> parts) {
  std::vector<AdaptedColumns> adapted;
  int64_t begin = 0;
  for (const Linear& part : parts) {
    if (part.slot && part.slot->low_rank) adapted.push_back({begin, *part.slot->low_rank});
    begin += part.weight_OI.size(0);
  }
  return adapted;
}

template <typename Map>
at::Tensor WithAdapters(const Map& map, std::span<const Linear> parts, const at::Tensor& x_NI,
                        bool training) {
  const std::vector<AdaptedColumns> adapted = AdaptedParts(parts);
  if (adapted.empty()) return BaseProduct(map, x_NI);
  if (!at::GradMode::is_enabled() || !x_NI.requires_grad())
    return AddLowRank(BaseProduct(map, x_NI), x_NI, adapted, training);
  const variable_list twins = Fork::apply(x_NI);
  return AddLowRank(BaseProduct(map, twins[0]), twins[1], adapted, training);
}

}  // namespace

Linear AllocateLinear(int64_t outputs, int64_t inputs, const at::TensorOptions& options,
                      Bias bias) {
  Linear linear{at::empty({outputs, inputs}, options).requires_grad_(true), at::Tensor()};
  if (bias == Bias::kEach) linear.bias_O = at::empty({outputs}, options).requires_grad_(true);
  linear.slot = std::make_shared<LinearSlot>();
  return linear;
}

MergedLinear AllocateMergedLinear(const std::vector<int64_t>& outputs_of_parts, int64_t inputs,
                                  int64_t key_part, const at::TensorOptions& options, Bias bias) {
  const int64_t outputs =
      std::accumulate(outputs_of_parts.begin(), outputs_of_parts.end(), int64_t{0});
  MergedLinear merged;
  merged.key_part = key_part;
  merged.weight_OI = at::empty({outputs, inputs}, options);
  if (bias == Bias::kEach) merged.bias_O = at::empty({outputs}, options);
  int64_t begin = 0;
  for (const int64_t size : outputs_of_parts) {
    const auto rows = [&](const at::Tensor& whole) {
      if (!whole.defined()) return whole;
      return whole.narrow(0, begin, size).detach().requires_grad_(true);
    };
    merged.parts.push_back(
        {rows(merged.weight_OI), rows(merged.bias_O), std::make_shared<LinearSlot>()});
    begin += size;
  }
  return merged;
}

at::Tensor Apply(const Linear& linear, const at::Tensor& x_NI, bool training) {
  return WithAdapters(linear, {&linear, 1}, x_NI, training);
}

at::Tensor Apply(const MergedLinear& linear, const at::Tensor& x_NI, bool training) {
  return WithAdapters(linear, linear.parts, x_NI, training);
}

MergedLinear PartsOf(const MergedLinear& linear, size_t first, size_t count) {
  PLUMBLINE_CHECK(first + count <= linear.parts.size());
  MergedLinear some;
  int64_t begin = 0, rows = 0;
  for (size_t i = 0; i < first + count; ++i) {
    const Linear& part = linear.parts[i];
    (i < first ? begin : rows) += part.weight_OI.size(0);
    if (i >= first) some.parts.push_back(part);
  }
  if (!HasFourBit(linear)) some.weight_OI = linear.weight_OI.narrow(0, begin, rows);
  if (linear.bias_O.defined()) some.bias_O = linear.bias_O.narrow(0, begin, rows);
  const int64_t key_part = linear.key_part - static_cast<int64_t>(first);
  if (key_part >= 0 && key_part < static_cast<int64_t>(count)) some.key_part = key_part;
  return some;
}

}  // namespace plumbline::nn
