// The operator and allocation counters of one optimizer step, for the ledger. Used by the trainer.
#ifndef PLUMBLINE_HARNESS_TRAIN_WORK_COUNTERS_H_
#define PLUMBLINE_HARNESS_TRAIN_WORK_COUNTERS_H_

#include <optional>
#include <vector>

#include "harness/ledger/ledger.h"
#include "harness/train/allocation_counter.h"
#include "harness/train/operator_counter.h"
#include "models/model.h"

namespace plumbline::train {

// Counts from construction to Finish; off when `enabled` is false. Allocations are those on `device`.
class WorkCounters {
 public:
  WorkCounters(bool enabled, c10::DeviceType device);
  // Stops; what was counted, or nothing when the counters are off.
  std::optional<ledger::Observed> Finish();

 private:
  std::optional<OperatorCounter> operators_;
  std::optional<AllocationCounter> allocations_;
};

// Operators, products, FLOPs and allocations of `part` are added to `total`; the peak is the larger one.
void AddWork(const ledger::Observed& part, ledger::Observed& total);

// Sets the parameter counts and the dtype histogram.
void TakeParameterFacts(const models::Model& model, ledger::Observed& observed);

// Trainable parameters outside embeddings, as transformers counts them for total_flos (by name).
int64_t NumNonEmbeddingParameters(const models::Model& model);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_WORK_COUNTERS_H_
