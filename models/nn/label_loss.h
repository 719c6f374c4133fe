// The output projection and the loss in one: logits exist only for rows whose label counts, a chunk
// at a time. Called by the architectures in models/; knows nothing of batches or schedules.
//
// Legend: M rows, D width, V vocabulary.
#ifndef PLUMBLINE_MODELS_NN_LABEL_LOSS_H_
#define PLUMBLINE_MODELS_NN_LABEL_LOSS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace plumbline::nn {

struct LabelLossSums {
  at::Tensor loss;         // 0-dim fp32, differentiable in hidden and weight
  double nll_sum = 0;      // nats, without smoothing
  int64_t num_labels = 0;  // labels other than `ignored_label`
};

// Bound of one chunk of logits: 128 MiB of fp32. KoBART's batches fit in one chunk, mT5's need
// several.
inline constexpr int64_t kMaxChunkElements = int64_t{1} << 25;

// Sum over rows whose label is not `ignored_label` of
//   (1 - smoothing) * -logp[label] + smoothing / V * sum_v -logp[v],  logp = log_softmax(hidden *
//   weight^T + bias).
// `bias` (any shape of V elements, or undefined) is not trained. The backward pass runs in the
// forward one when gradients are on, so no (M, V) tensor outlives a chunk; backward only scales.
// Source: torch.nn.functional cross_entropy with label_smoothing; transformers 5.23 LabelSmoother.
LabelLossSums LabelLoss(const at::Tensor& hidden_MD, const at::Tensor& weight_VD,
                        const at::Tensor& bias, const at::Tensor& labels_M, int64_t ignored_label,
                        double smoothing, int64_t max_chunk_elements = kMaxChunkElements);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_LABEL_LOSS_H_
