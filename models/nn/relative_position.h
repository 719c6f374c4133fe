// T5's learned bias of attention scores by the bucketed distance of query and key. Called by the T5 architecture.
//
// Legend: U buckets, H heads, T tokens of the longest item.
#ifndef PLUMBLINE_MODELS_NN_RELATIVE_POSITION_H_
#define PLUMBLINE_MODELS_NN_RELATIVE_POSITION_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace plumbline::nn {

struct RelativeBias {
  at::Tensor table_UH;
  int64_t max_distance = 128;
  bool is_bidirectional = true;  // encoder; else keys after the query are not seen
};

// The bucket (int64) of each relative position key - query (int64, any shape). Near distances have a bucket each, far
// ones share logarithmically wider ones up to max_distance. The order of the fp32 operations is the reference's, since
// distances on a boundary fall by rounding. Source: transformers 5.23, T5Attention._relative_position_bucket.
at::Tensor RelativeBuckets(const at::Tensor& relative, bool is_bidirectional, int64_t num_buckets,
                           int64_t max_distance);

// [h, i, j]: added to the score of query i and key j of an item, -inf for unseen keys. Its leading corner is the
// matrix of any shorter item. Contiguous; differentiable in the table.
at::Tensor BiasMatrix(const RelativeBias& bias, int64_t num_tokens);

// Of one query over its history: column t belongs to the key num_steps - 1 - t steps back, so that the last columns
// serve a shorter history. Contiguous fp32 (H, num_steps) on the CPU.
at::Tensor BiasOfHistory(const RelativeBias& bias, int64_t num_steps);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_RELATIVE_POSITION_H_
