#include "harness/eval/processors.h"

#include <algorithm>
#include <limits>

namespace plumbline::eval {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();

bool IsInside(int64_t id, std::span<const float> scores_V) {
  return id >= 0 && id < static_cast<int64_t>(scores_V.size());
}

}  // namespace

void PenalizeRepetition(float penalty, std::span<const int64_t> sequence,
                        std::vector<int64_t>* scratch, std::span<float> scores_V) {
  scratch->assign(sequence.begin(), sequence.end());
  std::sort(scratch->begin(), scratch->end());
  const auto end = std::unique(scratch->begin(), scratch->end());
  for (auto id = scratch->begin(); id != end; ++id) {
    if (!IsInside(*id, scores_V)) continue;
    float& score = scores_V[*id];
    score = score < 0 ? score * penalty : score / penalty;
  }
}

void BanRepeatedNgrams(int64_t n, std::span<const int64_t> sequence, std::span<float> scores_V) {
  const int64_t length = static_cast<int64_t>(sequence.size());
  if (length < n) return;
  const auto suffix = sequence.end() - (n - 1);
  for (int64_t start = 0; start + n <= length; ++start) {
    const auto window = sequence.begin() + start;
    const int64_t last = window[n - 1];
    if (std::equal(suffix, sequence.end(), window) && IsInside(last, scores_V)) {
      scores_V[last] = kBanned;
    }
  }
}

void Ban(std::span<const int64_t> ids, std::span<float> scores_V) {
  for (const int64_t id : ids) scores_V[id] = kBanned;
}

void Force(std::span<const int64_t> ids, std::span<float> scores_V) {
  std::fill(scores_V.begin(), scores_V.end(), kBanned);
  for (const int64_t id : ids) scores_V[id] = 0;
}

void Process(const GenerationConfig& config, const SequenceLengths& lengths,
             std::span<const int64_t> sequence, std::vector<int64_t>* scratch,
             std::span<float> scores_V) {
  const int64_t length = static_cast<int64_t>(sequence.size());
  if (config.repetition_penalty != 1.0) {
    PenalizeRepetition(static_cast<float>(config.repetition_penalty), sequence, scratch, scores_V);
  }
  if (config.no_repeat_ngram_size > 0) {
    BanRepeatedNgrams(config.no_repeat_ngram_size, sequence, scores_V);
  }
  if (length < lengths.min) Ban(config.eos_token_id, scores_V);
  if (length == 1 && config.forced_bos_token_id) {
    Force(std::span(&*config.forced_bos_token_id, 1), scores_V);
  }
  if (length == lengths.max - 1 && !config.forced_eos_token_id.empty()) {
    Force(config.forced_eos_token_id, scores_V);
  }
}

}  // namespace plumbline::eval
