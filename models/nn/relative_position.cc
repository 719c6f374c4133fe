// Legend: U buckets, H heads, T tokens, W relative positions.
#include "models/nn/relative_position.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/log.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <limits>

namespace plumbline::nn {

at::Tensor RelativeBuckets(const at::Tensor& relative, bool is_bidirectional, int64_t num_buckets,
                           int64_t max_distance) {
  at::Tensor first = at::zeros_like(relative), distance;
  if (is_bidirectional) {
    num_buckets /= 2;
    first = relative.gt(0).to(at::kLong) * num_buckets;
    distance = relative.abs();
  } else {
    distance = relative.clamp_max(0).neg();
  }
  const int64_t max_exact = num_buckets / 2;
  const double log_reach =
      std::log(static_cast<double>(max_distance) / static_cast<double>(max_exact));
  const at::Tensor logs = at::log(distance.to(at::kFloat) / max_exact);
  // The logarithm of 0 is no number of a bucket; its place is taken below.
  const at::Tensor far = (logs / log_reach * (num_buckets - max_exact)).to(at::kLong) + max_exact;
  return first + at::where(distance.lt(max_exact), distance, far.clamp_max(num_buckets - 1));
}

at::Tensor BiasMatrix(const RelativeBias& bias, int64_t num_tokens) {
  const auto indices = bias.table_UH.options().dtype(at::kLong).requires_grad(false);
  const at::Tensor relative_W = at::arange(1 - num_tokens, num_tokens, indices);
  const at::Tensor buckets_W = RelativeBuckets(relative_W, bias.is_bidirectional,
                                               bias.table_UH.size(0), bias.max_distance);
  const at::Tensor bias_HW = at::embedding(bias.table_UH, buckets_W).t();
  // Row i of the matrix starts at relative position -i, column num_tokens - 1 - i.
  const at::Tensor bias_HTT = bias_HW.unfold(1, num_tokens, 1).flip(1);
  if (bias.is_bidirectional) return bias_HTT.contiguous();
  const at::Tensor unseen_TT =
      at::ones({num_tokens, num_tokens}, indices.dtype(at::kBool)).triu(1);
  return bias_HTT.masked_fill(unseen_TT, -std::numeric_limits<double>::infinity());
}

at::Tensor BiasOfHistory(const RelativeBias& bias, int64_t num_steps) {
  const auto indices = bias.table_UH.options().dtype(at::kLong).requires_grad(false);
  const at::Tensor relative_T = at::arange(1 - num_steps, 1, indices);
  const at::Tensor buckets_T = RelativeBuckets(relative_T, bias.is_bidirectional,
                                               bias.table_UH.size(0), bias.max_distance);
  return at::embedding(bias.table_UH, buckets_T).t().to(at::kFloat).contiguous();
}

}  // namespace plumbline::nn
