// Whether a checkpoint may be continued under the arguments of now. Called by the trainer before the first step.
#ifndef PLUMBLINE_HARNESS_TRAIN_RESUME_H_
#define PLUMBLINE_HARNESS_TRAIN_RESUME_H_

#include "harness/train/checkpoint.h"
#include "harness/train/trainer_state.h"
#include "harness/train/training_arguments.h"

namespace plumbline::train {

// Errors: kUsage naming each semantic key whose value differs from the saved one, with both origins (when both sides
// have a resolved configuration); kUsage when the planned steps, epochs or batch differ all the same.
void RequireSamePlan(const Checkpoint& saved, const TrainerState& planned, const TrainingArguments& arguments);

// Errors: kUsage when the checkpoint counted another number of rows.
void RequireSameRows(const LoopState& saved, int64_t num_rows, const TrainingArguments& arguments);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_RESUME_H_
