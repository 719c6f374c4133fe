#include "harness/eval/top_candidates.h"

#include <algorithm>
#include <limits>
#include <string>

#include "harness/base/error.h"

namespace plumbline::eval {
namespace {

constexpr size_t kBlock = 64;  // scores whose maximum is compared before any one of them

float MaxOf(const float* scores, size_t count) {
  float lanes[16];
  std::fill(lanes, lanes + 16, -std::numeric_limits<float>::infinity());
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (size_t lane = 0; lane < 16; ++lane) {
      lanes[lane] = scores[i + lane] > lanes[lane] ? scores[i + lane] : lanes[lane];
    }
  }
  float best = *std::max_element(lanes, lanes + 16);
  for (; i < count; ++i) best = std::max(best, scores[i]);
  return best;
}

// Keeps `best` a heap whose front is the worst candidate.
void Offer(const Candidate& candidate, size_t count, std::vector<Candidate>* best) {
  if (best->size() == count) {
    if (!IsBetter(candidate, best->front())) return;
    std::pop_heap(best->begin(), best->end(), IsBetter);
    best->back() = candidate;
  } else {
    best->push_back(candidate);
  }
  std::push_heap(best->begin(), best->end(), IsBetter);
}

}  // namespace

bool IsBetter(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.beam != b.beam ? a.beam < b.beam : a.token < b.token;
}

void TopOfRow(std::span<const float> scores_V, float running_score, int64_t beam, int64_t count,
              std::vector<Candidate>* best) {
  best->clear();
  const size_t wanted = static_cast<size_t>(count);
  for (size_t begin = 0; begin < scores_V.size(); begin += kBlock) {
    const size_t end = std::min(begin + kBlock, scores_V.size());
    // fp32 addition is monotone, so the block's best sum belongs to the block's best score.
    const bool is_full = best->size() == wanted;
    if (is_full && !(MaxOf(&scores_V[begin], end - begin) + running_score > best->front().score)) {
      continue;
    }
    for (size_t token = begin; token < end; ++token) {
      Offer({scores_V[token] + running_score, beam, static_cast<int64_t>(token)}, wanted, best);
    }
  }
  std::sort_heap(best->begin(), best->end(), IsBetter);
}

int64_t ArgMax(std::span<const float> scores_V) {
  const float best = MaxOf(scores_V.data(), scores_V.size());
  return std::find(scores_V.begin(), scores_V.end(), best) - scores_V.begin();
}

void RequireNoNan(std::span<const float> scores_V, int64_t step, int64_t item) {
  int any = 0;
  for (const float score : scores_V) any |= score != score;
  if (any == 0) return;
  Fail(ErrorKind::kNumeric, "generation of item " + std::to_string(item),
       "NaN among the scores of step " + std::to_string(step), "finite logits",
       "another checkpoint or precision: this model's weights or activations overflow");
}

}  // namespace plumbline::eval
