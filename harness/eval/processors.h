// What happens to the scores of one row between the model and the choice of a token: the logits processors of
// transformers 5.23 (generation/logits_process.py), in its order. Called by the generator for each row of each step;
// knows nothing of beams. Beam search gives log-probabilities, greedy search raw logits; nothing renormalises.
//
// Legend: V vocabulary.
#ifndef PLUMBLINE_HARNESS_EVAL_PROCESSORS_H_
#define PLUMBLINE_HARNESS_EVAL_PROCESSORS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "harness/eval/generation_config.h"

namespace plumbline::eval {

// Negative scores are multiplied by the penalty, others divided, once for each distinct id of the sequence.
// Ids outside the scores are skipped. `scratch` is overwritten.
void PenalizeRepetition(float penalty, std::span<const int64_t> sequence,
                        std::vector<int64_t>* scratch, std::span<float> scores_V);

// Minus infinity for every token that would complete an n-gram that the sequence already has. n > 0.
void BanRepeatedNgrams(int64_t n, std::span<const int64_t> sequence, std::span<float> scores_V);

// Minus infinity for `ids`.
void Ban(std::span<const int64_t> ids, std::span<float> scores_V);

// 0 for `ids`, minus infinity for all else.
void Force(std::span<const int64_t> ids, std::span<float> scores_V);

// All that `config` asks for, in order: repetition, n-grams, minimum length, forced BOS, forced EOS.
// `sequence` is the decoder sequence of the row: start token or prompt, then what was generated.
void Process(const GenerationConfig& config, const SequenceLengths& lengths,
             std::span<const int64_t> sequence, std::vector<int64_t>* scratch,
             std::span<float> scores_V);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_PROCESSORS_H_
