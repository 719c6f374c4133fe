// Legend: M packed query tokens, N packed key tokens, D width, H heads, E head width, T/S tokens of
// one item.
#include "models/nn/attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <tuple>
#include <utility>

#include "harness/base/error.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows [begin, begin + size) of x_ND as (1, H, rows, E), a view.
at::Tensor Heads(const at::Tensor& x_ND, int64_t begin, int64_t size, int64_t num_heads) {
  return x_ND.narrow(0, begin, size).unflatten(1, {num_heads, -1}).transpose(0, 1).unsqueeze(0);
}

// The three (rows, D) views inside one or two projection outputs, in the order q, k, v.
struct Projected {
  at::Tensor q_MD, k_ND, v_ND;
};

Projected Split(const at::Tensor& queries, const at::Tensor& others) {
  const bool is_self = !others.defined();
  const int64_t width = is_self ? queries.size(1) / 3 : queries.size(1);
  const at::Tensor& keys = is_self ? queries : others;
  const int64_t first = is_self ? width : 0;
  return {queries.narrow(1, 0, width), keys.narrow(1, first, width),
          keys.narrow(1, first + width, width)};
}

struct Cuts {
  std::vector<int64_t> queries, keys;

  size_t num_items() const { return queries.size() - 1; }
  int64_t q_begin(size_t i) const { return queries[i]; }
  int64_t q_size(size_t i) const { return queries[i + 1] - queries[i]; }
  int64_t k_begin(size_t i) const { return keys[i]; }
  int64_t k_size(size_t i) const { return keys[i + 1] - keys[i]; }
};

// The CPU flash kernel forward and backward, item by item, into whole packed tensors: autograd over
// slices would allocate and add one full-size gradient an item. `others` is undefined for
// self-attention.
class FlashPerItem : public torch::autograd::Function<FlashPerItem> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& queries,
                            const std::optional<at::Tensor>& others, const Cuts& cuts,
                            int64_t num_heads, bool is_causal, std::optional<double> scale) {
    const Projected in = Split(queries, others.value_or(at::Tensor()));
    const at::Tensor context_MD = at::empty(in.q_MD.sizes(), queries.options());
    variable_list saved = {queries, others.value_or(at::Tensor()), context_MD};
    for (size_t i = 0; i < cuts.num_items(); ++i) {
      auto [out, log_sum_exp] = at::_scaled_dot_product_flash_attention_for_cpu(
          Heads(in.q_MD, cuts.q_begin(i), cuts.q_size(i), num_heads),
          Heads(in.k_ND, cuts.k_begin(i), cuts.k_size(i), num_heads),
          Heads(in.v_ND, cuts.k_begin(i), cuts.k_size(i), num_heads), 0.0, is_causal,
          {}, scale);
      Heads(context_MD, cuts.q_begin(i), cuts.q_size(i), num_heads).copy_(out);
      saved.push_back(log_sum_exp);
    }
    context->save_for_backward(std::move(saved));
    context->saved_data["query_offsets"] = cuts.queries;
    context->saved_data["key_offsets"] = cuts.keys;
    context->saved_data["num_heads"] = num_heads;
    context->saved_data["is_causal"] = is_causal;
    if (scale) context->saved_data["scale"] = *scale;
    return context_MD;
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    const Cuts cuts{context->saved_data["query_offsets"].toIntVector(),
                    context->saved_data["key_offsets"].toIntVector()};
    const int64_t num_heads = context->saved_data["num_heads"].toInt();
    const bool is_causal = context->saved_data["is_causal"].toBool();
    std::optional<double> scale;
    if (context->saved_data.count("scale") > 0) scale = context->saved_data["scale"].toDouble();
    const at::Tensor grad_queries = at::empty_like(saved[0]);
    const at::Tensor grad_others = saved[1].defined() ? at::empty_like(saved[1]) : at::Tensor();
    const Projected in = Split(saved[0], saved[1]);
    const Projected grad = Split(grad_queries, grad_others);
    const at::Tensor grad_out_MD = outputs[0].contiguous();
    for (size_t i = 0; i < cuts.num_items(); ++i) {
      const auto queries_of = [&](const at::Tensor& x) {
        return Heads(x, cuts.q_begin(i), cuts.q_size(i), num_heads);
      };
      const auto keys_of = [&](const at::Tensor& x) {
        return Heads(x, cuts.k_begin(i), cuts.k_size(i), num_heads);
      };
      const auto [grad_q, grad_k, grad_v] =
          at::_scaled_dot_product_flash_attention_for_cpu_backward(
              queries_of(grad_out_MD), queries_of(in.q_MD), keys_of(in.k_ND), keys_of(in.v_ND),
              queries_of(saved[2]), saved[3 + i], 0.0, is_causal, {}, scale);
      queries_of(grad.q_MD).copy_(grad_q);
      keys_of(grad.k_ND).copy_(grad_k);
      keys_of(grad.v_ND).copy_(grad_v);
    }
    return {grad_queries, grad_others, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

// Any device and probability dropout, through autograd. One split an operand keeps the backward to
// one cat.
at::Tensor AttendPerItem(const Projected& in, const Cuts& cuts, const AttentionSettings& settings) {
  std::vector<int64_t> query_sizes, key_sizes;
  for (size_t i = 0; i < cuts.num_items(); ++i) {
    query_sizes.push_back(cuts.q_size(i));
    key_sizes.push_back(cuts.k_size(i));
  }
  const auto q = in.q_MD.split_with_sizes(query_sizes, 0);
  const auto k = in.k_ND.split_with_sizes(key_sizes, 0);
  const auto v = in.v_ND.split_with_sizes(key_sizes, 0);
  std::vector<at::Tensor> contexts;
  for (size_t i = 0; i < q.size(); ++i) {
    const auto heads = [&](const at::Tensor& x) {
      return Heads(x, 0, x.size(0), settings.num_heads);
    };
    const at::Tensor out_1HTE = at::scaled_dot_product_attention(
        heads(q[i]), heads(k[i]), heads(v[i]), {}, settings.dropout, settings.is_causal,
        settings.scale);
    contexts.push_back(out_1HTE.squeeze(0).transpose(0, 1).flatten(1));
  }
  return at::cat(contexts, 0);
}

at::Tensor Attend(const at::Tensor& queries, const at::Tensor& others, const Cuts& cuts,
                  const AttentionSettings& settings) {
  PLUMBLINE_CHECK(cuts.queries.size() == cuts.keys.size() && cuts.num_items() > 0);
  const bool flash = queries.device().is_cpu() && settings.dropout == 0;
  if (!flash) return AttendPerItem(Split(queries, others), cuts, settings);
  std::optional<at::Tensor> second;
  if (others.defined()) second = others;
  return FlashPerItem::apply(queries, second, cuts, settings.num_heads, settings.is_causal,
                             settings.scale);
}

}  // namespace

at::Tensor SelfAttention(const at::Tensor& qkv_N3D, const std::vector<int64_t>& offsets,
                         const AttentionSettings& settings) {
  return Attend(qkv_N3D, at::Tensor(), Cuts{offsets, offsets}, settings);
}

at::Tensor CrossAttention(const at::Tensor& q_MD, const std::vector<int64_t>& query_offsets,
                          const at::Tensor& kv_N2D, const std::vector<int64_t>& key_offsets,
                          const AttentionSettings& settings) {
  PLUMBLINE_CHECK(!settings.is_causal);
  return Attend(q_MD, kv_N2D, Cuts{query_offsets, key_offsets}, settings);
}

}  // namespace plumbline::nn
