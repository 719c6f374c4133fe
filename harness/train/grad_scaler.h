// The loss scale of fp16 training: gradients too small for the type are kept above its smallest
// number, and a step whose gradients overflowed is thrown away with a smaller scale. Used by the
// trainer; knows no tensor. Source: torch.amp.GradScaler with its defaults, torch 2.13.
#ifndef PLUMBLINE_HARNESS_TRAIN_GRAD_SCALER_H_
#define PLUMBLINE_HARNESS_TRAIN_GRAD_SCALER_H_

#include <cstdint>

namespace plumbline::train {

struct GradScaler {
  static constexpr double kInitialScale = 65536;
  static constexpr double kGrowthFactor = 2;
  static constexpr double kBackoffFactor = 0.5;
  static constexpr int64_t kGrowthInterval = 2000;  // clean steps in a row
  // Skips in a row after which no scale can help: 65536 has become less than 0.1.
  static constexpr int64_t kMaxSkipsInARow = 20;

  double scale = kInitialScale;  // the loss is multiplied by it; 1 without scaling
  int64_t clean_steps = 0;       // since the scale last changed
  int64_t skips_in_a_row = 0;

  // After each optimizer step that was done (finite) or thrown away.
  void Update(bool is_finite);
  bool IsHopeless() const { return skips_in_a_row >= kMaxSkipsInARow; }
  bool operator==(const GradScaler&) const = default;
};

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_GRAD_SCALER_H_
