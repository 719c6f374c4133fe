#include "models/nn/swiglu.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

// Legend: N packed tokens, F inner width.

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class GatedProduct : public torch::autograd::Function<GatedProduct> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up_N2F) {
    context->save_for_backward({gate_up_N2F});
    const auto halves = gate_up_N2F.chunk(2, 1);
    return at::silu(halves[0]).mul_(halves[1]);
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const at::Tensor gate_up_N2F = context->get_saved_variables()[0];
    const at::Tensor grad_N2F = at::empty_like(gate_up_N2F);
    const auto halves = gate_up_N2F.chunk(2, 1);
    const auto grads = grad_N2F.chunk(2, 1);
    at::Tensor grad_gate_NF = grads[0], grad_up_NF = grads[1];
    at::mul_out(grad_up_NF, outputs[0], at::silu(halves[0]));
    at::silu_backward_out(grad_gate_NF, outputs[0] * halves[1], halves[0]);
    return {grad_N2F};
  }
};

}  // namespace

at::Tensor SwiGlu(const at::Tensor& gate_up_N2F) { return GatedProduct::apply(gate_up_N2F); }

}  // namespace plumbline::nn
