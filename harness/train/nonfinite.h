// Steps without finite gradients: where the first one was, and when training must end. Used by the
// trainer.
#ifndef PLUMBLINE_HARNESS_TRAIN_NONFINITE_H_
#define PLUMBLINE_HARNESS_TRAIN_NONFINITE_H_

#include <cstdint>
#include <string>

#include "harness/train/gradient_window.h"
#include "harness/train/loop_state.h"
#include "harness/train/training_arguments.h"

namespace plumbline::train {

// `parameter`: the first one whose gradient is not finite; may be empty.
std::string PlaceOf(const WindowOutcome& outcome, const std::string& parameter, double norm);

// Errors: kNumeric with step and place when more steps were thrown away than allowed.
void RequireEnoughFinite(const TrainingArguments& arguments, const LoopState& loop, int64_t step,
                         const std::string& place);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_NONFINITE_H_
