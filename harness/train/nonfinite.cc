#include "harness/train/nonfinite.h"

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::train {

std::string PlaceOf(const WindowOutcome& outcome, const std::string& parameter, double norm) {
  if (!outcome.nonfinite.empty()) {
    return "a loss of " + ShortestDecimal(outcome.loss) + " (rows " + outcome.nonfinite +
           "), first gradient hit " + Quoted(parameter);
  }
  if (!parameter.empty()) return "a gradient that is not finite in " + Quoted(parameter);
  return "a gradient norm of " + ShortestDecimal(norm);
}

void RequireEnoughFinite(const TrainingArguments& arguments, const LoopState& loop, int64_t step,
                         const std::string& place) {
  const bool scales_loss = arguments.compute_type == ComputeType::kFloat16;
  const bool too_many = arguments.max_nonfinite_steps
                            ? loop.nonfinite_steps > *arguments.max_nonfinite_steps
                            : !scales_loss;
  if (!too_many && !(scales_loss && loop.scaler.IsHopeless())) return;
  const int64_t allowed = arguments.max_nonfinite_steps.value_or(0);
  const std::string limit =
      too_many ? std::to_string(allowed) + " such steps allowed"
               : std::to_string(GradScaler::kMaxSkipsInARow) + " such steps in a row, loss scale " +
                     ShortestDecimal(loop.scaler.scale);
  Fail(ErrorKind::kNumeric, "training at step " + std::to_string(step), place,
       "finite numbers (" + limit + ")",
       scales_loss ? "training.bf16 instead of fp16, or a lower training.learning_rate"
                   : "a lower training.learning_rate or more warm-up");
}

}  // namespace plumbline::train
