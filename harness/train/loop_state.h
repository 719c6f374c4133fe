// Where the training loop stands, beside what HuggingFace's trainer_state.json says: enough to go on bitwise.
// Written into checkpoints by checkpoint.cc; knows no tensor.
#ifndef PLUMBLINE_HARNESS_TRAIN_LOOP_STATE_H_
#define PLUMBLINE_HARNESS_TRAIN_LOOP_STATE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/train/grad_scaler.h"

namespace plumbline::train {

struct LoopState {
  int64_t epoch = 0;        // of the next optimizer step
  int64_t update_step = 0;  // optimizer steps of that epoch already done; all of them: its end is still due
  int64_t scheduler_step = 0;
  int64_t nonfinite_steps = 0;   // thrown away
  GradScaler scaler;             // moves in fp16 alone
  int64_t unlogged_steps = 0;    // that moved the weights since the last log row
  double unlogged_loss_sum = 0;  // of these
  double total_loss_sum = 0;
  std::vector<double> step_losses;     // one for each step that moved the weights
  std::vector<double> gradient_norms;  // the same steps, before clipping
  std::vector<int64_t> times_trained;   // of each row, in the whole run
  std::map<std::string, std::string> generator_states;  // device -> hexadecimal bytes

  bool operator==(const LoopState&) const = default;
};

// Counts the rows of a step's micro-batches. times[row] must exist.
void CountRows(std::span<const std::vector<int64_t>> batches, std::vector<int64_t>& times);

// Numbers as hex floats: exact. FromJson: kData when a field is missing or of the wrong type.
Json ToJson(const LoopState& state);
LoopState LoopStateFromJson(const Json& json);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_LOOP_STATE_H_
