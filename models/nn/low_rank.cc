// Legend: N packed rows, I input width, O output width of all parts, P of one part, R rank.
#include "models/nn/low_rank.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "models/nn/autocast.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Zero, or what keeps the expectation.
at::Tensor DrawMask(const at::Tensor& x_NI, double dropout) {
  return at::empty_like(x_NI).bernoulli_(1 - dropout).div_(1 - dropout);
}

at::Tensor Masked(const at::Tensor& x_NI, const at::Tensor& mask_NI) {
  return mask_NI.defined() ? x_NI * mask_NI : x_NI;
}

at::ScalarType SumType(const at::Tensor& y_NO, const at::Tensor& factor) {
  return AutocastType(y_NO.device()) ? y_NO.scalar_type() : factor.scalar_type();
}

// y_NP += scale * down_NR * b^T; returns down_NR, what x becomes on the way.
at::Tensor AddPart(at::Tensor y_NP, const at::Tensor& x_NI, const at::Tensor& a_RI,
                   const at::Tensor& b_PR, double scale, at::ScalarType type) {
  const at::Tensor down_NR = at::mm(OfType(x_NI, type), OfType(a_RI, type).t());
  const at::Tensor up_RP = OfType(b_PR, type).t();
  if (y_NP.scalar_type() == type) {
    y_NP.addmm_(down_NR, up_RP, 1, scale);
  } else {
    y_NP.copy_(y_NP.to(type).addmm_(down_NR, up_RP, 1, scale));
  }
  return down_NR;
}

// Gradients of one part.
struct PartGradients {
  at::Tensor x_NI, a_RI, b_PR;
};

class Addition : public torch::autograd::Function<Addition> {
 public:
  // `factors`: a and b of each part in turn. `dropouts`: 0 outside of training.
  static at::Tensor forward(AutogradContext* context, at::Tensor y_NO, const at::Tensor& x_NI,
                            at::TensorList factors, const std::vector<int64_t>& begins,
                            const std::vector<double>& scales,
                            const std::vector<double>& dropouts) {
    variable_list saved = {x_NI};
    const at::ScalarType type = SumType(y_NO, factors[0]);
    for (size_t i = 0; i < begins.size(); ++i) {
      const at::Tensor &a_RI = factors[2 * i], &b_PR = factors[2 * i + 1];
      const at::Tensor mask_NI = dropouts[i] > 0 ? DrawMask(x_NI, dropouts[i]) : at::Tensor();
      const at::Tensor down_NR = AddPart(y_NO.narrow(1, begins[i], b_PR.size(0)),
                                         Masked(x_NI, mask_NI), a_RI, b_PR, scales[i], type);
      saved.insert(saved.end(), {a_RI, b_PR, mask_NI, down_NR});
    }
    context->save_for_backward(std::move(saved));
    context->saved_data["begins"] = begins;
    context->saved_data["scales"] = scales;
    context->mark_dirty({y_NO});
    return y_NO;
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    const std::vector<int64_t> begins = context->saved_data["begins"].toIntVector();
    const std::vector<double> scales = context->saved_data["scales"].toDoubleVector();
    const bool wants_x = context->needs_input_grad(1);
    variable_list grads(2 + 2 * begins.size() + 3);
    grads[0] = outputs[0];
    for (size_t i = 0; i < begins.size(); ++i) {
      const variable_list part(saved.begin() + static_cast<int64_t>(1 + 4 * i),
                               saved.begin() + static_cast<int64_t>(5 + 4 * i));
      const at::Tensor grad_NP = outputs[0].narrow(1, begins[i], part[1].size(0));
      const PartGradients own = GradientsOf(grad_NP, saved[0], part, scales[i], wants_x);
      grads[2 + 2 * i] = own.a_RI;
      grads[3 + 2 * i] = own.b_PR;
      if (wants_x) grads[1] = grads[1].defined() ? grads[1].add_(own.x_NI) : own.x_NI;
    }
    return grads;
  }

 private:
  // `part`: a, b, mask, down.
  static PartGradients GradientsOf(const at::Tensor& grad_NP, const at::Tensor& x_NI,
                                   const variable_list& part, double scale, bool wants_x) {
    const at::Tensor &a_RI = part[0], &b_PR = part[1], &mask_NI = part[2], &down_NR = part[3];
    const at::ScalarType type = down_NR.scalar_type();
    const at::Tensor grad = OfType(grad_NP, type);
    const at::Tensor grad_down_NR = at::mm(grad, OfType(b_PR, type)).mul_(scale);
    PartGradients own;
    own.b_PR = OfType(at::mm(grad.t(), down_NR).mul_(scale), b_PR.scalar_type());
    own.a_RI = OfType(at::mm(grad_down_NR.t(), OfType(Masked(x_NI, mask_NI), type)),
                      a_RI.scalar_type());
    if (!wants_x) return own;
    own.x_NI = OfType(at::mm(grad_down_NR, OfType(a_RI, type)), x_NI.scalar_type());
    if (mask_NI.defined()) own.x_NI.mul_(mask_NI);
    return own;
  }
};

}  // namespace

at::Tensor AddLowRank(const at::Tensor& y_NO, const at::Tensor& x_NI,
                      const std::vector<AdaptedColumns>& parts, bool training) {
  if (parts.empty()) return y_NO;
  variable_list factors;
  std::vector<int64_t> begins;
  std::vector<double> scales, dropouts;
  for (const AdaptedColumns& part : parts) {
    factors.insert(factors.end(), {part.low_rank.a_RI, part.low_rank.b_OR});
    begins.push_back(part.begin);
    scales.push_back(part.low_rank.scale);
    dropouts.push_back(training ? part.low_rank.dropout : 0);
  }
  const bool is_plain =
      !at::GradMode::is_enabled() &&
      std::all_of(dropouts.begin(), dropouts.end(), [](double rate) { return rate == 0; });
  if (!is_plain)
    return Addition::apply(y_NO, x_NI, at::TensorList(factors), begins, scales, dropouts);
  for (size_t i = 0; i < parts.size(); ++i) {
    const at::Tensor &a_RI = factors[2 * i], &b_PR = factors[2 * i + 1];
    AddPart(y_NO.narrow(1, begins[i], b_PR.size(0)), x_NI, a_RI, b_PR, scales[i],
            SumType(y_NO, a_RI));
  }
  return y_NO;
}

}  // namespace plumbline::nn
