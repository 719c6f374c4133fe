// How sampling reshapes a row of logits before a token is drawn: the warpers of transformers 5.23
// (generation/logits_process.py) in its order. Called by the token search for each row of each
// step.
//
// Legend: V vocabulary.
#ifndef PLUMBLINE_HARNESS_EVAL_WARPERS_H_
#define PLUMBLINE_HARNESS_EVAL_WARPERS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "harness/eval/generation_config.h"

namespace plumbline::eval {

// Buffers a row keeps from step to step.
struct WarpScratch {
  std::vector<int64_t> ids;
  std::vector<float> scores;
};

// Minus infinity for all that is below the k-th largest score; scores equal to it stay. k > 0.
void KeepTopK(int64_t k, WarpScratch* scratch, std::span<float> scores_V);

// Minus infinity for the least likely tokens whose probabilities together are at most 1 - p; the
// likeliest token always stays. 0 < p < 1.
void KeepTopP(double p, WarpScratch* scratch, std::span<float> scores_V);

// Temperature, top-k, top-p, as far as `config` asks for them; processors come before.
void Warp(const GenerationConfig& config, WarpScratch* scratch, std::span<float> scores_V);

// The token at `unit` (in [0, 1)) of the distribution softmax(scores), tokens in the order of their
// ids, summed in double. Minus infinity has no probability. Errors: kNumeric when no score is
// finite.
int64_t DrawToken(std::span<const float> scores_V, double unit);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_WARPERS_H_
