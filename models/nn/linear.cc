#include "models/nn/linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::TensorOptions WeightOptions(const at::Device& device) {
  return at::TensorOptions().dtype(at::kFloat).device(device);
}

// Forward with the merged tensors, gradients to the parts: autograd must not see the merged
// storage, or the parts would not be leaves. `leaves` are the parts' weights, then their biases.
class MergedProduct : public torch::autograd::Function<MergedProduct> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x_NI, at::TensorList leaves,
                            int64_t key_part, const at::Tensor& merged_weight_OI,
                            const at::Tensor& merged_bias_O) {
    context->save_for_backward({x_NI, merged_weight_OI});
    context->saved_data["key_part"] = key_part;
    context->saved_data["num_parts"] = static_cast<int64_t>(leaves.size() / 2);
    return at::addmm(merged_bias_O, x_NI, merged_weight_OI.t());
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& grad_NO = outputs[0];
    const int64_t num_parts = context->saved_data["num_parts"].toInt();
    const size_t leaves_end = static_cast<size_t>(1 + 2 * num_parts);
    const int64_t key_part = context->saved_data["key_part"].toInt();
    variable_list grads(leaves_end + 3);
    if (context->needs_input_grad(0)) grads[0] = at::mm(grad_NO, saved[1]);
    if (context->needs_input_grad({{1, leaves_end}})) {
      const std::vector<at::Tensor> weights = at::mm(grad_NO.t(), saved[0]).chunk(num_parts, 0);
      const std::vector<at::Tensor> biases = grad_NO.sum(0).chunk(num_parts, 0);
      if (key_part >= 0) biases[static_cast<size_t>(key_part)].zero_();
      std::copy(weights.begin(), weights.end(), grads.begin() + 1);
      std::copy(biases.begin(), biases.end(), grads.begin() + 1 + num_parts);
    }
    return grads;
  }
};

}  // namespace

Linear AllocateLinear(int64_t outputs, int64_t inputs, const at::Device& device) {
  return {at::empty({outputs, inputs}, WeightOptions(device)).requires_grad_(true),
          at::empty({outputs}, WeightOptions(device)).requires_grad_(true)};
}

MergedLinear AllocateMergedLinear(int64_t parts, int64_t outputs_each, int64_t inputs,
                                  int64_t key_part, const at::Device& device) {
  MergedLinear merged{at::empty({parts * outputs_each, inputs}, WeightOptions(device)),
                      at::empty({parts * outputs_each}, WeightOptions(device)),
                      {},
                      key_part};
  for (int64_t part = 0; part < parts; ++part) {
    const auto rows = [&](const at::Tensor& whole) {
      return whole.narrow(0, part * outputs_each, outputs_each).detach().requires_grad_(true);
    };
    merged.parts.push_back({rows(merged.weight_OI), rows(merged.bias_O)});
  }
  return merged;
}

at::Tensor Apply(const Linear& linear, const at::Tensor& x_NI) {
  return at::addmm(linear.bias_O, x_NI, linear.weight_OI.t());
}

at::Tensor Apply(const MergedLinear& linear, const at::Tensor& x_NI) {
  std::vector<at::Tensor> leaves;
  for (const Linear& part : linear.parts) leaves.push_back(part.weight_OI);
  for (const Linear& part : linear.parts) leaves.push_back(part.bias_O);
  return MergedProduct::apply(x_NI, at::TensorList(leaves), linear.key_part, linear.weight_OI,
                              linear.bias_O);
}

}  // namespace plumbline::nn
