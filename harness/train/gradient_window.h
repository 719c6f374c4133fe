// The forward and backward passes of one optimizer step: token-normalised over the whole window, counted as they
// happen. Called by the trainer; knows no optimizer and no schedule.
#ifndef PLUMBLINE_HARNESS_TRAIN_GRADIENT_WINDOW_H_
#define PLUMBLINE_HARNESS_TRAIN_GRADIENT_WINDOW_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/ledger/counter.h"
#include "harness/train/training_arguments.h"
#include "models/model.h"

namespace plumbline::train {

// What training reads: rows by number. `pack` gives tensors on the model's device.
struct TrainingRows {
  std::vector<std::string> ids;         // one a row, as the ledger names them
  std::vector<int64_t> source_lengths;  // tokens of each row; may be empty unless group_by_length is on
  std::function<models::PackedBatch(std::span<const int64_t> rows)> pack;

  int64_t size() const { return static_cast<int64_t>(ids.size()); }
};

struct TrainingMicroBatch {
  std::vector<std::string> row_ids;
  models::PackedBatch packed;
  int64_t loss_tokens = 0;  // labels that carry loss
};

// Errors: kData when no label of the rows carries loss.
TrainingMicroBatch PackMicroBatch(const TrainingRows& rows, std::span<const int64_t> indices);

struct WindowOutcome {
  double loss = 0;           // what was minimised: the mean over the tokens of the window
  std::string nonfinite;     // rows of the first micro-batch whose loss was NaN or infinite; empty: none
  bool interrupted = false;  // `stop` said so; gradients are partial and mean nothing
};

// Adds the gradients of the window, times `loss_scale`, to the parameters; forward passes run in
// arguments.compute_type. `stop` is asked after each micro-batch but the last one.
WindowOutcome AddWindowGradients(models::Model& model, std::span<const TrainingMicroBatch> window,
                                 const TrainingArguments& arguments, double loss_scale,
                                 ledger::LedgerCounter& counter,
                                 const std::function<bool()>& stop);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_GRADIENT_WINDOW_H_
