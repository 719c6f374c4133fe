// The forward and backward passes of one optimizer step: token-normalised over the whole window and all processes,
// counted when they are done. Called by the trainer; knows no optimizer and no schedule.
#ifndef PLUMBLINE_HARNESS_TRAIN_GRADIENT_WINDOW_H_
#define PLUMBLINE_HARNESS_TRAIN_GRADIENT_WINDOW_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/ledger/counter.h"
#include "harness/train/training_arguments.h"
#include "harness/world/world.h"
#include "models/model.h"

namespace plumbline::train {

// What training reads: rows by number. `pack` gives tensors on the model's device.
struct TrainingRows {
  std::vector<std::string> ids;         // one a row, as the ledger names them
  std::vector<int64_t> source_lengths;  // tokens of each row; may be empty unless group_by_length is on
  std::function<models::PackedBatch(std::span<const int64_t> rows)> pack;

  int64_t size() const { return static_cast<int64_t>(ids.size()); }
};

// Ids and counts of all processes; tensors of this one's share of the rows.
struct TrainingMicroBatch {
  std::vector<std::string> row_ids;
  int64_t source_tokens = 0;  // real ones; of a decoder-only row the part that carries no loss
  int64_t target_tokens = 0;
  int64_t processed_tokens = 0;
  int64_t loss_tokens = 0;  // labels that carry loss
  models::PackedBatch packed;
  int64_t own_loss_tokens = 0;  // 0: no row of this micro-batch is this process's
};

// The micro-batches of one optimizer step. Errors: kData when no label of a micro-batch carries loss.
std::vector<TrainingMicroBatch> PackWindow(const TrainingRows& rows,
                                           std::span<const std::vector<int64_t>> batches,
                                           bool is_encoder_decoder, world::World& world);

struct WindowOutcome {
  double loss = 0;           // what was minimised: the mean over the tokens of the window
  std::string nonfinite;     // rows of the first micro-batch whose loss was NaN or infinite; empty: none
  bool interrupted = false;  // `stop` said so in the middle; gradients are partial and mean nothing
  bool ending = false;       // after the last micro-batch `stop` said so, on some process
};

// Adds the gradients of the window, times `loss_scale`, to the parameters; forward passes run in
// arguments.compute_type. With several processes every gradient is the sum over all of them. `stop` is asked after each
// micro-batch; alone, a window of several may end early for it, with others only whole windows do. Nothing is counted
// before the last message between processes.
WindowOutcome AddWindowGradients(models::Model& model, std::span<const TrainingMicroBatch> window,
                                 const TrainingArguments& arguments, double loss_scale,
                                 ledger::LedgerCounter& counter, world::World& world,
                                 const std::function<bool()>& stop);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_GRADIENT_WINDOW_H_
