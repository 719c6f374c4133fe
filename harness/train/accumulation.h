// How many micro-batches the loop gathers for one optimizer step. A seam for one planted defect and nothing else.
#ifndef PLUMBLINE_HARNESS_TRAIN_ACCUMULATION_H_
#define PLUMBLINE_HARNESS_TRAIN_ACCUMULATION_H_

#include <cstdint>

#include "harness/train/training_arguments.h"

namespace plumbline::train {

// gradient_accumulation_steps. No flag, key or variable changes that. A test program that links the testonly target
// `:planted_accumulation` gets a loop that gathers 4 whatever it is told: the silent override that the ledger must
// show. Products cannot link it: Bazel refuses testonly dependencies.
int64_t MicroBatchesPerStep(const TrainingArguments& arguments);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_ACCUMULATION_H_
