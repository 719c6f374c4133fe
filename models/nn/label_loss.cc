// Legend: M rows, K rows that count, C rows of one chunk, D width, V vocabulary.
#include "models/nn/label_loss.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>

#include "harness/base/error.h"
#include "models/nn/autocast.h"
#include "models/nn/products.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Wanted {
  bool hidden = false;
  bool weight = false;
  bool any() const { return hidden || weight; }
};

// What one pass over the rows leaves; gradients are of the summed loss, undefined unless wanted.
struct Pass {
  at::Tensor loss_sum, nll_sum;  // 0-dim double
  at::Tensor grad_hidden_KD, grad_weight_VD;
};

// logp_CV becomes the gradient of the loss with respect to the logits, in place.
at::Tensor IntoLogitGradient(const at::Tensor& logp_CV, const at::Tensor& labels_C1,
                             double smoothing) {
  const int64_t vocab_size = logp_CV.size(1);
  logp_CV.exp_();
  if (smoothing > 0) logp_CV.sub_(smoothing / static_cast<double>(vocab_size));
  return logp_CV.scatter_add_(1, labels_C1,
                              at::full_like(labels_C1, -(1 - smoothing), logp_CV.options()));
}

// The weight's gradient is added to `grad_weight_VD` in place, if that is defined: with a vocabulary of 250,112 a
// second buffer of it would be 768 MB.
Pass RunChunk(const at::Tensor& hidden_CD, const at::Tensor& weight_VD, const at::Tensor& bias_V,
              const at::Tensor& labels_C1, double smoothing, Wanted wanted,
              const at::Tensor& grad_weight_VD) {
  const at::Tensor logits_CV = RowProduct(hidden_CD, weight_VD, bias_V);
  const at::Tensor logp_CV = at::log_softmax(logits_CV, 1, at::kFloat);
  Pass pass;
  pass.nll_sum = logp_CV.gather(1, labels_C1).sum(at::kDouble).neg();
  pass.loss_sum = pass.nll_sum;
  if (smoothing > 0) {
    const at::Tensor uniform = logp_CV.sum(1).sum(at::kDouble).neg().div(logp_CV.size(1));
    pass.loss_sum = pass.nll_sum * (1 - smoothing) + uniform * smoothing;
  }
  if (!wanted.any()) return pass;
  // In fp16 the small shares of the softmax would vanish: they are not scaled yet.
  const bool is_half = AutocastType(hidden_CD.device()) == at::kHalf;
  const Autocast autocast(hidden_CD.device(),
                          is_half ? std::nullopt : AutocastType(hidden_CD.device()));
  const at::Tensor grad_CV =
      IntoLogitGradient(logp_CV, labels_C1, smoothing).to(weight_VD.scalar_type());
  if (wanted.hidden) pass.grad_hidden_KD = Product(grad_CV, weight_VD);
  if (wanted.weight) {
    pass.grad_weight_VD = grad_weight_VD;
    if (grad_weight_VD.defined()) {
      AddProduct(grad_weight_VD, grad_CV.t(), hidden_CD);
    } else {
      pass.grad_weight_VD = OfType(Product(grad_CV.t(), hidden_CD), weight_VD.scalar_type());
    }
  }
  return pass;
}

Pass RunAll(const at::Tensor& hidden_KD, const at::Tensor& weight_VD, const at::Tensor& bias_V,
            const at::Tensor& labels_K1, double smoothing, int64_t max_chunk_elements,
            Wanted wanted) {
  const int64_t num_rows = hidden_KD.size(0);
  const int64_t chunk = std::max<int64_t>(1, max_chunk_elements / weight_VD.size(0));
  const auto scalar = hidden_KD.options().dtype(at::kDouble);
  Pass all{at::zeros({}, scalar), at::zeros({}, scalar), at::Tensor(), at::Tensor()};
  if (wanted.hidden) all.grad_hidden_KD = at::empty_like(hidden_KD);
  for (int64_t begin = 0; begin < num_rows; begin += chunk) {
    const int64_t size = std::min(chunk, num_rows - begin);
    const Pass part = RunChunk(hidden_KD.narrow(0, begin, size), weight_VD, bias_V,
                               labels_K1.narrow(0, begin, size), smoothing, wanted,
                               all.grad_weight_VD);
    all.loss_sum = all.loss_sum + part.loss_sum;
    all.nll_sum = all.nll_sum + part.nll_sum;
    if (wanted.hidden) all.grad_hidden_KD.narrow(0, begin, size).copy_(part.grad_hidden_KD);
    all.grad_weight_VD = part.grad_weight_VD;
  }
  if (wanted.weight && !all.grad_weight_VD.defined())
    all.grad_weight_VD = at::zeros_like(weight_VD);
  return all;
}

class SummedLoss : public torch::autograd::Function<SummedLoss> {
 public:
  // Returns the loss (fp32) and the plain nll sum (double, not differentiable).
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden_KD,
                               const at::Tensor& weight_VD, const std::optional<at::Tensor>& bias_V,
                               const at::Tensor& labels_K1, double smoothing,
                               int64_t max_chunk_elements, bool wants_hidden, bool wants_weight) {
    Pass pass = RunAll(hidden_KD, weight_VD, bias_V.value_or(at::Tensor()), labels_K1, smoothing,
                       max_chunk_elements, Wanted{wants_hidden, wants_weight});
    context->saved_data["grad_hidden"] = pass.grad_hidden_KD;
    context->saved_data["grad_weight"] = pass.grad_weight_VD;
    context->mark_non_differentiable({pass.nll_sum});
    return {pass.loss_sum.to(at::kFloat), pass.nll_sum};
  }

  // Scales in place: a second backward of the same graph would be wrong, so it is refused.
  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    variable_list grads(8);
    PLUMBLINE_CHECK(context->saved_data.count("used") == 0);
    context->saved_data["used"] = true;
    const auto scaled = [&](const char* name) {
      const at::IValue& saved = context->saved_data[name];
      const at::Tensor gradient = saved.isTensor() ? saved.toTensor() : at::Tensor();
      context->saved_data.erase(name);
      return gradient.defined() ? gradient.mul_(outputs[0]) : gradient;
    };
    grads[0] = scaled("grad_hidden");
    grads[1] = scaled("grad_weight");
    return grads;
  }
};

}  // namespace

LabelLossSums LabelLoss(const at::Tensor& hidden_MD, const at::Tensor& weight_VD,
                        const at::Tensor& bias, const at::Tensor& labels_M, int64_t ignored_label,
                        double smoothing, int64_t max_chunk_elements) {
  const at::Tensor kept_K = labels_M.ne(ignored_label).nonzero().squeeze(1);
  const at::Tensor hidden_KD = kept_K.numel() == hidden_MD.size(0)
                                   ? hidden_MD
                                   : hidden_MD.index_select(0, kept_K.to(hidden_MD.device()));
  const at::Tensor labels_K1 =
      labels_M.index_select(0, kept_K).unsqueeze(1).to(hidden_MD.device());
  std::optional<at::Tensor> bias_V;
  if (bias.defined()) bias_V = bias.flatten();
  const bool recording = at::GradMode::is_enabled();
  const variable_list sums = SummedLoss::apply(
      hidden_KD, weight_VD, bias_V, labels_K1, smoothing, max_chunk_elements,
      recording && hidden_KD.requires_grad(), recording && weight_VD.requires_grad());
  return {sums[0], sums[1].item<double>(), kept_K.numel()};
}

}  // namespace plumbline::nn
