#include "harness/train/accumulation.h"

namespace plumbline::train {

// Weak, so that a statically linked test program may plant its own.
__attribute__((weak)) int64_t MicroBatchesPerStep(const TrainingArguments& arguments) {
  return arguments.gradient_accumulation_steps;
}

}  // namespace plumbline::train
