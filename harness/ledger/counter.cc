#include "harness/ledger/counter.h"

#include <algorithm>
#include <cmath>

#include "harness/base/sha256.h"

namespace plumbline::ledger {

std::string ChainedDigest(const std::string& previous, const std::string& row_id) {
  return Sha256Hex(previous + "\n" + row_id);
}

void LedgerCounter::OnMicroBatch(const MicroBatch& batch) {
  ++observed_.micro_batches;
  observed_.examples += static_cast<int64_t>(batch.row_ids.size());
  observed_.source_tokens += batch.source_tokens;
  observed_.target_tokens += batch.target_tokens;
  observed_.padding_tokens += batch.padding_tokens;
  observed_.processed_tokens += batch.processed_tokens;
  for (const std::string& row : batch.row_ids) {
    observed_.example_order_digest = ChainedDigest(observed_.example_order_digest, row);
  }
}

void LedgerCounter::OnBackward(double loss) {
  ++observed_.backward_calls;
  ++observed_.pending_micro_batches;
  if (!std::isfinite(loss)) ++observed_.nonfinite_losses;
}

void LedgerCounter::OnLossWeight(double weight) {
  const bool first = observed_.loss_weight_max < 0;
  observed_.loss_weight_min = first ? weight : std::min(observed_.loss_weight_min, weight);
  observed_.loss_weight_max = std::max(observed_.loss_weight_max, weight);
}

void LedgerCounter::CloseStep(double learning_rate) {
  const int64_t fed = observed_.pending_micro_batches;
  const bool first = observed_.learning_rates.empty();
  observed_.micro_batches_per_step_min =
      first ? fed : std::min(observed_.micro_batches_per_step_min, fed);
  observed_.micro_batches_per_step_max = std::max(observed_.micro_batches_per_step_max, fed);
  observed_.pending_micro_batches = 0;
  observed_.learning_rates.push_back(learning_rate);
  ++observed_.optimizer_steps;
}

void LedgerCounter::OnOptimizerStep(double learning_rate, double gradient_norm) {
  CloseStep(learning_rate);
  if (!std::isfinite(gradient_norm)) ++observed_.nonfinite_gradient_norms;
}

void LedgerCounter::OnSkippedStep(double learning_rate) {
  CloseStep(learning_rate);
  ++observed_.skipped_steps;
}

void LedgerCounter::OnSchedulerStep() { ++observed_.scheduler_steps; }

}  // namespace plumbline::ledger
