// The streaming half of the ledger: the training loop reports each event as it happens, one call an
// event. Called by harness/train where the work is done; it never sees the configuration.
// Resumable: start from a saved Observed.
#ifndef PLUMBLINE_HARNESS_LEDGER_COUNTER_H_
#define PLUMBLINE_HARNESS_LEDGER_COUNTER_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "harness/ledger/ledger.h"

namespace plumbline::ledger {

// One forward pass of training: which rows, and the tokens really handed to the model.
struct MicroBatch {
  std::span<const std::string> row_ids;
  int64_t source_tokens = 0;
  int64_t target_tokens = 0;
  int64_t padding_tokens = 0;
  int64_t processed_tokens = 0;  // taken from the tensors, not summed from the three above
};

class LedgerCounter {
 public:
  LedgerCounter() = default;
  // Continues a saved ledger.
  explicit LedgerCounter(Observed saved) : observed_(std::move(saved)) {}

  void OnMicroBatch(const MicroBatch& batch);
  // After each backward call; `loss` is what was differentiated.
  void OnBackward(double loss);
  // Once an optimizer step: what its losses were weighted with (Observed::loss_weight_min).
  void OnLossWeight(double weight);
  // After the optimizer moved the weights. `learning_rate` is read from the optimizer,
  // `gradient_norm` before clipping.
  void OnOptimizerStep(double learning_rate, double gradient_norm);
  // The loss scaler refused the step: gradients were dropped, weights unchanged.
  void OnSkippedStep(double learning_rate);
  void OnSchedulerStep();
  void OnEnd(Ending ending) { observed_.ending = ending; }

  const Observed& observed() const { return observed_; }
  // For facts that are measured once (parameters, digests, taken rows, operator and allocation
  // counts).
  Observed& facts() { return observed_; }

 private:
  void CloseStep(double learning_rate);

  Observed observed_;
};

// Digest of the order so far and one more row: SHA-256 of "<previous>\n<row id>"; the first
// previous is empty.
std::string ChainedDigest(const std::string& previous, const std::string& row_id);

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_HARNESS_LEDGER_COUNTER_H_
