// One decoding step of a decoder-only model for one item and one head of keys: all beams and all
// query heads of the group share each load of the prompt's keys and values; what a beam generated
// is read through the table of ancestors; one softmax over both. Called by the cache in
// models/nn/prompt_cache.h; knows nothing of tensors, layers or threads.
//
// Legend: E head width, S prompt tokens, SP = S rounded up to kLanes, T generated tokens, B beams,
// G query heads a key head.
#ifndef PLUMBLINE_MODELS_NN_KERNELS_GROUP_ATTENTION_H_
#define PLUMBLINE_MODELS_NN_KERNELS_GROUP_ATTENTION_H_

#include <cstdint>

namespace plumbline::nn {

// Packed by PackCross, already at the key head.
struct PromptView {
  const float* keys_BEL = nullptr;
  const float* values_SE = nullptr;
  int64_t num_tokens = 0;
};

// Keys or values of one key head: token t of a beam is at base + t * step_stride + ancestors[t] *
// row_stride.
struct GeneratedView {
  const float* keys = nullptr;
  const float* values = nullptr;
  const int32_t* ancestors_BT = nullptr;  // rows `ancestor_stride` apart
  int64_t ancestor_stride = 0;
  int64_t num_tokens = 0;  // at least 1
  int64_t step_stride = 0;
  int64_t row_stride = 0;
};

// Bound of E: a tile of queries lives on the stack.
inline constexpr int64_t kMaxHeadWidth = 512;

// Floats of scratch that AttendGroup overwrites.
int64_t GroupScratchCount(int64_t num_rows, int64_t num_prompt, int64_t num_generated);

// E is at most kMaxHeadWidth. Query head g of beam b is at queries + b * beam_stride + g * E;
// contexts likewise. `scratch`: GroupScratchCount of num_beams * group_size rows.
void AttendGroup(int64_t head_width, float scale, const PromptView& prompt,
                 const GeneratedView& generated, int64_t num_beams, int64_t group_size,
                 const float* queries, int64_t beam_stride, float* scratch, float* contexts,
                 int64_t context_stride);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_GROUP_ATTENTION_H_
