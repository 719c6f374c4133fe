#include "harness/train/grad_scaler.h"

#include <cmath>

namespace plumbline::train {

void GradScaler::Update(bool is_finite) {
  if (!is_finite) {
    scale *= kBackoffFactor;
    clean_steps = 0;
    ++skips_in_a_row;
    return;
  }
  skips_in_a_row = 0;
  if (++clean_steps < kGrowthInterval) return;
  // torch keeps the scale in fp32 and never lets it overflow.
  if (std::isfinite(static_cast<float>(scale * kGrowthFactor))) scale *= kGrowthFactor;
  clean_steps = 0;
}

}  // namespace plumbline::train
