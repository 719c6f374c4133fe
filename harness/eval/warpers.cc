#include "harness/eval/warpers.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "harness/base/error.h"

namespace plumbline::eval {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();

}  // namespace

void KeepTopK(int64_t k, WarpScratch* scratch, std::span<float> scores_V) {
  if (k >= std::ssize(scores_V)) return;
  std::vector<float>& sorted = scratch->scores;
  sorted.assign(scores_V.begin(), scores_V.end());
  std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<>());
  const float least = sorted[k - 1];
  for (float& score : scores_V) score = score < least ? kBanned : score;
}

void KeepTopP(double p, WarpScratch* scratch, std::span<float> scores_V) {
  std::vector<int64_t>& order = scratch->ids;
  order.clear();
  for (int64_t id = 0; id < std::ssize(scores_V); ++id) {
    if (scores_V[id] != kBanned) order.push_back(id);
  }
  if (order.empty()) return;
  // Equal scores: the later id goes first, as after a stable ascending sort read from its end.
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return scores_V[a] != scores_V[b] ? scores_V[a] < scores_V[b] : a < b;
  });
  const double largest = scores_V[order.back()];
  double total = 0;
  for (const int64_t id : order) total += std::exp(scores_V[id] - largest);
  double sum = 0;
  order.pop_back();
  for (const int64_t id : order) {
    sum += std::exp(scores_V[id] - largest) / total;
    if (sum > 1 - p) return;
    scores_V[id] = kBanned;
  }
}

void Warp(const GenerationConfig& config, WarpScratch* scratch, std::span<float> scores_V) {
  if (config.temperature != 1.0) {
    const float temperature = static_cast<float>(config.temperature);
    for (float& score : scores_V) score /= temperature;
  }
  if (config.top_k > 0) KeepTopK(config.top_k, scratch, scores_V);
  if (config.top_p < 1.0) KeepTopP(config.top_p, scratch, scores_V);
}

int64_t DrawToken(std::span<const float> scores_V, double unit) {
  const double largest = *std::max_element(scores_V.begin(), scores_V.end());
  if (!std::isfinite(largest)) {
    Fail(ErrorKind::kNumeric, "drawing a token", "no token that the settings leave",
         "at least one with a probability", "a larger vocabulary, or weaker bans");
  }
  double total = 0;
  for (const float score : scores_V) {
    if (score != kBanned) total += std::exp(score - largest);
  }
  double left = unit * total;
  int64_t last = 0;
  for (int64_t id = 0; id < std::ssize(scores_V); ++id) {
    if (scores_V[id] == kBanned) continue;
    last = id;
    left -= std::exp(scores_V[id] - largest);
    if (left < 0) break;
  }
  return last;
}

}  // namespace plumbline::eval
