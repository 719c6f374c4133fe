// Legend: M packed query rows, N packed rows, T/S query and key rows of one item, H query heads, K
// key heads, G query heads a key head, E head width.
#include "models/nn/grouped_attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>
#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "models/nn/autocast.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The flash kernel takes the key heads for the batch and the heads of a group for the heads, so
// that one head of keys serves its whole group by a stride of 0.
at::Tensor Queries(const at::Tensor& q_MHE, int64_t begin, int64_t size, int64_t num_groups) {
  return q_MHE.narrow(0, begin, size).unflatten(1, {num_groups, -1}).permute({1, 2, 0, 3});
}

at::Tensor Keys(const at::Tensor& k_NKE, int64_t begin, int64_t size, int64_t group_size) {
  const at::Tensor k_K1SE = k_NKE.narrow(0, begin, size).transpose(0, 1).unsqueeze(1);
  return k_K1SE.expand({-1, group_size, -1, -1});
}

// Added to the scores; nothing when all keys are seen or when the kernel's own causal mask says it.
std::optional<at::Tensor> MaskOf(int64_t num_queries, int64_t num_keys, const at::Tensor& like) {
  if (num_queries == num_keys || num_queries == 1) return std::nullopt;
  const double hidden = -std::numeric_limits<double>::infinity();
  const at::Tensor mask_TS = at::full({num_queries, num_keys}, hidden, like.options());
  return mask_TS.triu_(num_keys - num_queries + 1);
}

// Item by item, forward and backward, into whole packed tensors: autograd over slices would
// allocate and add one full-size gradient an item.
class GroupedFlash : public torch::autograd::Function<GroupedFlash> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q_MHE,
                            const at::Tensor& k_NKE, const at::Tensor& v_NKE,
                            const GroupedItems& items) {
    const at::Tensor context_MHE = at::empty(q_MHE.sizes(), q_MHE.options());
    variable_list saved = {q_MHE, k_NKE, v_NKE, context_MHE};
    const int64_t num_groups = k_NKE.size(1);
    const int64_t group_size = q_MHE.size(1) / num_groups;
    for (size_t i = 0; i < items.num_items(); ++i) {
      const int64_t T = items.num_queries(i), S = items.num_keys(i);
      if (T == 0) {
        saved.emplace_back();
        continue;
      }
      const auto [out, log_sum_exp] = at::_scaled_dot_product_flash_attention_for_cpu(
          Queries(q_MHE, items.query_offsets[i], T, num_groups),
          Keys(k_NKE, items.key_offsets[i], S, group_size),
          Keys(v_NKE, items.key_offsets[i], S, group_size), 0.0, T == S, MaskOf(T, S, q_MHE));
      Queries(context_MHE, items.query_offsets[i], T, num_groups).copy_(out);
      saved.push_back(log_sum_exp);
    }
    context->save_for_backward(std::move(saved));
    context->saved_data["query_offsets"] = items.query_offsets;
    context->saved_data["key_offsets"] = items.key_offsets;
    return context_MHE;
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    const GroupedItems items{context->saved_data["query_offsets"].toIntVector(),
                             context->saved_data["key_offsets"].toIntVector()};
    const at::Tensor &q_MHE = saved[0], &k_NKE = saved[1], &v_NKE = saved[2];
    const int64_t num_groups = k_NKE.size(1);
    const int64_t group_size = q_MHE.size(1) / num_groups;
    const at::Tensor grad_out_MHE = outputs[0].contiguous();
    const at::Tensor grad_q_MHE = at::empty(q_MHE.sizes(), q_MHE.options());
    const at::Tensor grad_k_NKE = at::empty(k_NKE.sizes(), k_NKE.options());
    const at::Tensor grad_v_NKE = at::empty(v_NKE.sizes(), v_NKE.options());
    for (size_t i = 0; i < items.num_items(); ++i) {
      const int64_t T = items.num_queries(i), S = items.num_keys(i);
      const int64_t first_query = items.query_offsets[i], first_key = items.key_offsets[i];
      at::Tensor out_k_KSE = grad_k_NKE.narrow(0, first_key, S).transpose(0, 1);
      at::Tensor out_v_KSE = grad_v_NKE.narrow(0, first_key, S).transpose(0, 1);
      if (T == 0) {
        out_k_KSE.zero_();
        out_v_KSE.zero_();
        continue;
      }
      const auto [grad_q, grad_k, grad_v] =
          at::_scaled_dot_product_flash_attention_for_cpu_backward(
              Queries(grad_out_MHE, first_query, T, num_groups),
              Queries(q_MHE, first_query, T, num_groups), Keys(k_NKE, first_key, S, group_size),
              Keys(v_NKE, first_key, S, group_size), Queries(saved[3], first_query, T, num_groups),
              saved[4 + i], 0.0, T == S, MaskOf(T, S, q_MHE));
      Queries(grad_q_MHE, first_query, T, num_groups).copy_(grad_q);
      at::sum_out(out_k_KSE, grad_k, {1});
      at::sum_out(out_v_KSE, grad_v, {1});
    }
    return {grad_q_MHE, grad_k_NKE, grad_v_NKE, at::Tensor()};
  }
};

// Any device and probability dropout, through autograd. One split an operand keeps the backward to
// one cat.
at::Tensor AttendPerItem(const at::Tensor& q_MHE, const at::Tensor& k_NKE, const at::Tensor& v_NKE,
                         const GroupedItems& items, double dropout) {
  std::vector<int64_t> query_sizes, key_sizes;
  for (size_t i = 0; i < items.num_items(); ++i) {
    query_sizes.push_back(items.num_queries(i));
    key_sizes.push_back(items.num_keys(i));
  }
  const auto q = q_MHE.split_with_sizes(query_sizes, 0);
  const auto k = k_NKE.split_with_sizes(key_sizes, 0);
  const auto v = v_NKE.split_with_sizes(key_sizes, 0);
  std::vector<at::Tensor> contexts;
  for (size_t i = 0; i < q.size(); ++i) {
    const int64_t T = query_sizes[i], S = key_sizes[i];
    if (T == 0) continue;
    const auto heads = [](const at::Tensor& x) { return x.transpose(0, 1).unsqueeze(0); };
    const at::Tensor out_1HTE = at::scaled_dot_product_attention(
        heads(q[i]), heads(k[i]), heads(v[i]), MaskOf(T, S, q_MHE), dropout, T == S, std::nullopt,
        /*enable_gqa=*/true);
    contexts.push_back(out_1HTE.squeeze(0).transpose(0, 1));
  }
  return at::cat(contexts, 0);
}

}  // namespace

at::Tensor GroupedCausalAttention(const at::Tensor& q_MHE, const at::Tensor& k_NKE,
                                  const at::Tensor& v_NKE, const GroupedItems& items,
                                  double dropout) {
  PLUMBLINE_CHECK(items.query_offsets.size() == items.key_offsets.size() &&
                  q_MHE.size(0) == items.query_offsets.back() &&
                  k_NKE.size(0) == items.key_offsets.back() && q_MHE.size(1) % k_NKE.size(1) == 0);
  const bool flash = q_MHE.device().is_cpu() && dropout == 0;
  const at::Tensor q = AsOperand(q_MHE), k = AsOperand(k_NKE), v = AsOperand(v_NKE);
  if (!flash) return AttendPerItem(q, k, v, items, dropout);
  return GroupedFlash::apply(q, k, v, items);
}

}  // namespace plumbline::nn
