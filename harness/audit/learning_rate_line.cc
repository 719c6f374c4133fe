#include "harness/audit/learning_rate_line.h"

#include <algorithm>

namespace plumbline::audit {
namespace {

constexpr size_t kMostStepsTried = 4096;
constexpr int kMostBranches = 20000;

// Depth-first: the points from `next` on, given a ramp interval. Later points are the narrow ones,
// so the search starts with them and rarely branches.
class Search {
 public:
  Search(const std::vector<RatePoint>& points, int offset)
      : points_(points), offset_(offset), steps_(points.size()) {}

  bool Try(size_t remaining, const Interval& ramp) {
    if (remaining == 0) {
      ramp_ = ramp;
      return true;
    }
    if (++branches_ > kMostBranches) return false;
    const RatePoint& point = points_[remaining - 1];
    const Interval counted = point.step - ExactInterval(offset_);
    const Interval possible =
        ramp.Empty() ? counted : Intersect(counted, Widen(point.rate / ramp, 1e-9));
    const auto whole = Integers(possible, kMostStepsTried);
    if (!whole) return false;
    for (const int64_t count : Nearest(*whole, counted.Middle())) {
      if (!Step(remaining, count, ramp)) continue;
      return true;
    }
    return false;
  }

  LearningRateLine Line() const { return {offset_, ramp_, steps_}; }

 private:
  bool Step(size_t remaining, int64_t count, const Interval& ramp) {
    const RatePoint& point = points_[remaining - 1];
    steps_[remaining - 1] = count + offset_;
    if (count == 0) return point.rate.Contains(0) && Try(remaining - 1, ramp);
    const Interval own = point.rate / ExactInterval(static_cast<double>(count));
    const Interval both = ramp.Empty() ? own : Intersect(ramp, own);
    return !both.Empty() && Try(remaining - 1, both);
  }

  static std::vector<int64_t> Nearest(std::vector<int64_t> whole, double middle) {
    std::ranges::stable_sort(whole, {}, [middle](int64_t n) {
      const double away = static_cast<double>(n) - middle;
      return away < 0 ? -away : away;
    });
    return whole;
  }

  const std::vector<RatePoint>& points_;
  int offset_;
  std::vector<int64_t> steps_;
  Interval ramp_ = kEmptyInterval;
  int branches_ = 0;
};

}  // namespace

std::optional<LearningRateLine> FitWarmup(const std::vector<RatePoint>& points) {
  if (points.size() < 2) return std::nullopt;
  Search before(points, 1);
  Search after(points, 0);
  const bool is_before = before.Try(points.size(), kEmptyInterval);
  const bool is_after = after.Try(points.size(), kEmptyInterval);
  if (!is_before && !is_after) return std::nullopt;
  LearningRateLine line = is_before ? before.Line() : after.Line();
  if (is_before && is_after) {  // the digits do not tell: the ramp is anything between
    const Interval other = after.Line().ramp;
    line.ramp = MakeInterval(std::min(line.ramp.low, other.low),
                             std::max(line.ramp.high, other.high));
  }
  return line;
}

}  // namespace plumbline::audit
