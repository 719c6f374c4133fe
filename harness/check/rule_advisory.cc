// N1, N2: shown beside the baseline and never gating here. A statement needs several values on both
// sides, ranges that do not overlap and an effect beyond a practical floor; the real test is
// interleaved and nightly.
#include <algorithm>
#include <vector>

#include "harness/base/number.h"
#include "harness/check/rule.h"

namespace plumbline::check {
namespace {

constexpr size_t kMinimumValues = 3;
constexpr double kPracticalFloor =
    0.02;  // relative; below it an effect on a CPU is not worth a word
constexpr int kPercentDigits = 1;

std::vector<double> Sorted(const Observation& observation) {
  std::vector<double> numbers;
  for (const Value& value : observation.values) numbers.push_back(NumberOf(value));
  std::ranges::sort(numbers);
  return numbers;
}

double Median(const std::vector<double>& sorted) {
  const size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
}

}  // namespace

RowDecision JudgeAdvisory(const Observation& baseline, const Observation& candidate) {
  const size_t fewest = std::min(baseline.values.size(), candidate.values.size());
  if (fewest < kMinimumValues) {
    return {RowStatus::kInsufficient, false,
            "advisory: " + std::to_string(fewest) + " values, " + std::to_string(kMinimumValues) +
                " needed on both sides",
            std::nullopt};
  }
  const std::vector<double> before = Sorted(baseline);
  const std::vector<double> after = Sorted(candidate);
  const double scale = std::max(std::abs(Median(before)), 1e-300);
  const double effect = (Median(after) - Median(before)) / scale;
  const bool overlap = after.front() <= before.back() && before.front() <= after.back();
  const std::string reason = "advisory: median " + ShortestDecimal(Median(before)) + " -> " +
                             ShortestDecimal(Median(after)) + " " + baseline.unit + " (" +
                             Fixed(100 * effect, kPercentDigits) + " %)";
  if (overlap || std::abs(effect) <= kPracticalFloor)
    return {RowStatus::kSame, false, reason, std::nullopt};
  if (baseline.direction == Direction::kNone)
    return {RowStatus::kChanged, false, reason, std::nullopt};
  const bool better = (effect > 0) == (baseline.direction == Direction::kHigher);
  return {better ? RowStatus::kBetter : RowStatus::kWorse, false, reason, std::nullopt};
}

}  // namespace plumbline::check
