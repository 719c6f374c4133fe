#include "models/nn/kernels/group_attention.h"

#include <cstring>

#include "models/nn/kernels/attention_tiles.h"
#include "models/nn/kernels/decode_attention.h"

// Legend: see the header; R = B * G rows of a group.

namespace plumbline::nn {
namespace {

// A row of scores holds S of the prompt, then T of the generated tokens; the lanes past S are
// overwritten by the latter.
int64_t ScoreStride(int64_t num_prompt, int64_t num_generated) {
  return RoundUpToLanes(RoundUpToLanes(num_prompt) + num_generated);
}

PLUMBLINE_INLINE void ScoreGenerated(int64_t head_width, float scale,
                                     const GeneratedView& generated, int64_t beam,
                                     const float* query_E, float* scores_T) {
  const int32_t* ancestors_T = generated.ancestors_BT + beam * generated.ancestor_stride;
  for (int64_t t = 0; t < generated.num_tokens; ++t) {
    const float* key =
        generated.keys + t * generated.step_stride + ancestors_T[t] * generated.row_stride;
    float sum = 0;
    for (int64_t e = 0; e < head_width; ++e) sum += query_E[e] * key[e];
    scores_T[t] = sum * scale;
  }
}

PLUMBLINE_INLINE void AddGenerated(int64_t head_width, const GeneratedView& generated, int64_t beam,
                                   const float* weights_T, float factor, float* context_E) {
  const int32_t* ancestors_T = generated.ancestors_BT + beam * generated.ancestor_stride;
  for (int64_t t = 0; t < generated.num_tokens; ++t) {
    const float* value =
        generated.values + t * generated.step_stride + ancestors_T[t] * generated.row_stride;
    const float weight = weights_T[t] * factor;
    for (int64_t e = 0; e < head_width; ++e) context_E[e] += weight * value[e];
  }
}

template <int kTile>
PLUMBLINE_INLINE void AttendTile(int64_t head_width, float scale, const PromptView& prompt,
                                 const GeneratedView& generated, int64_t group_size,
                                 int64_t first_row, ConstTileRows queries, TileRows scores,
                                 TileRows contexts) {
  ScoreTile<kTile>(head_width, scale, RoundUpToLanes(prompt.num_tokens), prompt.keys_BEL, queries,
                   scores);
  float factors[kTile];
  for (int row = 0; row < kTile; ++row) {
    float* all = scores.rows + row * scores.stride;
    ScoreGenerated(head_width, scale, generated, (first_row + row) / group_size,
                   queries.rows + row * queries.stride, all + prompt.num_tokens);
    factors[row] = SoftmaxInPlace(all, prompt.num_tokens + generated.num_tokens);
  }
  MixTile<kTile>(head_width, prompt.num_tokens, prompt.values_SE, {scores.rows, scores.stride},
                 factors, contexts);
  for (int row = 0; row < kTile; ++row) {
    AddGenerated(head_width, generated, (first_row + row) / group_size,
                 scores.rows + row * scores.stride + prompt.num_tokens, factors[row],
                 contexts.rows + row * contexts.stride);
  }
}

}  // namespace

int64_t GroupScratchCount(int64_t num_rows, int64_t num_prompt, int64_t num_generated) {
  return num_rows * ScoreStride(num_prompt, num_generated);
}

PLUMBLINE_EVERY_ISA
void AttendGroup(int64_t head_width, float scale, const PromptView& prompt,
                 const GeneratedView& generated, int64_t num_beams, int64_t group_size,
                 const float* queries, int64_t beam_stride, float* scratch, float* contexts,
                 int64_t context_stride) {
  constexpr int kTile = 4;
  const int64_t stride = ScoreStride(prompt.num_tokens, generated.num_tokens);
  float query_RE[kTile * kMaxHeadWidth];
  float context_RE[kTile * kMaxHeadWidth];
  const int64_t num_rows = num_beams * group_size;
  const auto place = [&](int64_t row, int64_t of_beam) {
    return row / group_size * of_beam + row % group_size * head_width;
  };
  const size_t row_bytes = sizeof(float) * static_cast<size_t>(head_width);
  for (int64_t first = 0; first < num_rows; first += kTile) {
    const int64_t count = num_rows - first < kTile ? num_rows - first : kTile;
    for (int64_t row = 0; row < count; ++row) {
      std::memcpy(query_RE + row * head_width, queries + place(first + row, beam_stride),
                  row_bytes);
    }
    const TileRows scores = {scratch + first * stride, stride};
    if (count == kTile) {
      AttendTile<kTile>(head_width, scale, prompt, generated, group_size, first,
                        {query_RE, head_width}, scores, {context_RE, head_width});
    } else {
      for (int64_t row = 0; row < count; ++row) {
        AttendTile<1>(head_width, scale, prompt, generated, group_size, first + row,
                      {query_RE + row * head_width, head_width},
                      {scores.rows + row * stride, stride},
                      {context_RE + row * head_width, head_width});
      }
    }
    for (int64_t row = 0; row < count; ++row) {
      std::memcpy(contexts + place(first + row, context_stride), context_RE + row * head_width,
                  row_bytes);
    }
  }
}

}  // namespace plumbline::nn
