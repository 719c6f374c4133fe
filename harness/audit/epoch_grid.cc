#include "harness/audit/epoch_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace plumbline::audit {

double EpochGrid(const Evidence& run, double half_ulp) {
  const double unit = 2 * half_ulp;
  int64_t grid = 0;
  for (const Point& point : run.log) {
    const Reading* epoch = point.Find("epoch");
    if (epoch == nullptr || !(std::abs(epoch->value.value) < 1e6)) continue;
    grid = std::gcd(grid, std::llround(epoch->value.value / unit));
  }
  // Rounded epochs fall on a grid of two or three digits by accident.
  return grid >= 4 ? static_cast<double>(grid) * unit : 0;
}

bool RoundedFrom(const Evidence& run, double half_ulp, double cadence, double steps_per_epoch) {
  constexpr double kSlack = 1e-9;  // of binary fractions
  const double of_epoch = cadence / steps_per_epoch;
  return std::ranges::all_of(run.log, [&](const Point& point) {
    const Reading* epoch = point.Find("epoch");
    if (epoch == nullptr || !epoch->value.Finite()) return true;
    const double value = epoch->value.value;
    return std::abs(std::round(value / of_epoch) * of_epoch - value) <= half_ulp + kSlack;
  });
}

}  // namespace plumbline::audit
