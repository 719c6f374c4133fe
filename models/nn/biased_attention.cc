// Legend: N packed tokens, D width, H heads, T tokens of one item or of the longest, E head width.
#include "models/nn/biased_attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "harness/base/error.h"
#include "models/nn/autocast.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Part 0 (queries), 1 (keys) or 2 (values) of rows [begin, begin + size) as (H, rows, E), a view.
at::Tensor Part(const at::Tensor& qkv_N3D, int64_t part, int64_t begin, int64_t size,
                int64_t num_heads) {
  const int64_t width = qkv_N3D.size(1) / 3;
  return qkv_N3D.narrow(0, begin, size)
      .narrow(1, part * width, width)
      .unflatten(1, {num_heads, -1})
      .transpose(0, 1);
}

at::Tensor Heads(const at::Tensor& context_ND, int64_t begin, int64_t size, int64_t num_heads) {
  return context_ND.narrow(0, begin, size).unflatten(1, {num_heads, -1}).transpose(0, 1);
}

at::Tensor Corner(const at::Tensor& bias_HTT, int64_t size) {
  return bias_HTT.narrow(1, 0, size).narrow(2, 0, size);
}

// Item by item into whole packed tensors: autograd over slices would allocate and add one full-size gradient an item.
class BiasedPerItem : public torch::autograd::Function<BiasedPerItem> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv_N3D,
                            const at::Tensor& bias_HTT, const std::vector<int64_t>& offsets,
                            double dropout) {
    const int64_t num_heads = bias_HTT.size(0);
    const at::Tensor context_ND =
        at::empty({qkv_N3D.size(0), qkv_N3D.size(1) / 3}, qkv_N3D.options());
    variable_list saved = {qkv_N3D, bias_HTT};
    for (size_t i = 1; i < offsets.size(); ++i) {
      const int64_t begin = offsets[i - 1], size = offsets[i] - begin;
      const auto part = [&](int64_t which) { return Part(qkv_N3D, which, begin, size, num_heads); };
      const at::Tensor scores_HTT =
          at::baddbmm(Corner(bias_HTT, size), part(0), part(1).transpose(1, 2));
      const at::Tensor probabilities_HTT =
          OfType(at::softmax(scores_HTT, -1), qkv_N3D.scalar_type());
      at::Tensor kept_HTT = probabilities_HTT, mask_HTT;
      if (dropout > 0)
        std::tie(kept_HTT, mask_HTT) = at::native_dropout(probabilities_HTT, dropout, true);
      Heads(context_ND, begin, size, num_heads).copy_(at::bmm(kept_HTT, part(2)));
      saved.push_back(probabilities_HTT);
      saved.push_back(mask_HTT);
    }
    context->save_for_backward(std::move(saved));
    context->saved_data["offsets"] = offsets;
    context->saved_data["dropout"] = dropout;
    return context_ND;
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    const std::vector<int64_t> offsets = context->saved_data["offsets"].toIntVector();
    const double scale = 1 / (1 - context->saved_data["dropout"].toDouble());
    const at::Tensor& qkv_N3D = saved[0];
    const int64_t num_heads = saved[1].size(0);
    const at::Tensor grad_qkv_N3D = at::empty_like(qkv_N3D);
    at::Tensor grad_bias_HTT;
    if (context->needs_input_grad(1)) grad_bias_HTT = at::zeros_like(saved[1]);
    for (size_t i = 1; i < offsets.size(); ++i) {
      const int64_t begin = offsets[i - 1], size = offsets[i] - begin;
      const auto part = [&](int64_t which) { return Part(qkv_N3D, which, begin, size, num_heads); };
      const auto grad = [&](int64_t which) {
        return Part(grad_qkv_N3D, which, begin, size, num_heads);
      };
      const at::Tensor &probabilities_HTT = saved[2 * i], &mask_HTT = saved[2 * i + 1];
      const at::Tensor grad_out_HTE = Heads(outputs[0], begin, size, num_heads);
      at::Tensor kept_HTT = probabilities_HTT;
      at::Tensor grad_HTT = at::bmm(grad_out_HTE, part(2).transpose(1, 2));
      if (mask_HTT.defined()) {
        kept_HTT = at::native_dropout_backward(probabilities_HTT, mask_HTT, scale);
        grad_HTT = at::native_dropout_backward(grad_HTT, mask_HTT, scale);
      }
      grad(2).copy_(at::bmm(kept_HTT.transpose(1, 2), grad_out_HTE));
      const at::Tensor grad_scores_HTT = at::_softmax_backward_data(
          grad_HTT, probabilities_HTT, -1, probabilities_HTT.scalar_type());
      grad(0).copy_(at::bmm(grad_scores_HTT, part(1)));
      grad(1).copy_(at::bmm(grad_scores_HTT.transpose(1, 2), part(0)));
      if (grad_bias_HTT.defined()) Corner(grad_bias_HTT, size).add_(grad_scores_HTT);
    }
    return {grad_qkv_N3D, grad_bias_HTT, at::Tensor(), at::Tensor()};
  }
};

at::Tensor WithoutGradients(const at::Tensor& qkv_N3D, const at::Tensor& bias_HTT,
                            const std::vector<int64_t>& offsets) {
  const int64_t num_heads = bias_HTT.size(0);
  const at::Tensor context_ND =
      at::empty({qkv_N3D.size(0), qkv_N3D.size(1) / 3}, qkv_N3D.options());
  for (size_t i = 1; i < offsets.size(); ++i) {
    const int64_t begin = offsets[i - 1], size = offsets[i] - begin;
    const auto part = [&](int64_t which) {
      return Part(qkv_N3D, which, begin, size, num_heads).unsqueeze(0);
    };
    const at::Tensor out_1HTE = at::scaled_dot_product_attention(
        part(0), part(1), part(2), Corner(bias_HTT, size).unsqueeze(0), 0.0, false, 1.0);
    Heads(context_ND, begin, size, num_heads).copy_(out_1HTE.squeeze(0));
  }
  return context_ND;
}

}  // namespace

at::Tensor BiasedSelfAttention(const at::Tensor& qkv_N3D, const at::Tensor& bias_HTT,
                               const std::vector<int64_t>& offsets, double dropout) {
  PLUMBLINE_CHECK(offsets.size() > 1 && offsets.back() == qkv_N3D.size(0));
  const bool records =
      at::GradMode::is_enabled() && (qkv_N3D.requires_grad() || bias_HTT.requires_grad());
  if (!records && dropout == 0) return WithoutGradients(qkv_N3D, bias_HTT, offsets);
  return BiasedPerItem::apply(qkv_N3D, bias_HTT, offsets, dropout);
}

}  // namespace plumbline::nn
