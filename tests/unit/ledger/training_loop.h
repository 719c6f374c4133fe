// A training loop without a model: makes the events a loop of given accumulation makes, on its own
// arithmetic.
#ifndef PLUMBLINE_TESTS_UNIT_LEDGER_TRAINING_LOOP_H_
#define PLUMBLINE_TESTS_UNIT_LEDGER_TRAINING_LOOP_H_

#include <algorithm>
#include <string>
#include <vector>

#include "harness/ledger/counter.h"
#include "harness/ledger/plan.h"

namespace plumbline::ledger {

struct LoopOptions {
  int64_t rows = 10;
  int64_t batch = 2;
  int64_t accumulation = 1;  // what the loop really does
  int64_t epochs = 2;
};

inline std::vector<std::string> RowIds(int64_t rows) {
  std::vector<std::string> ids;
  for (int64_t i = 0; i < rows; ++i) ids.push_back("row-" + std::to_string(i));
  return ids;
}

// Every row has 7 source and 3 target tokens; no padding. The schedule is the caller's.
inline Observed RunLoop(const LoopOptions& options, const Schedule& schedule) {
  LedgerCounter counter;
  const std::vector<std::string> ids = RowIds(options.rows);
  int64_t step = 0;
  for (int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    for (int64_t row = 0, fed = 0; row < options.rows; row += options.batch) {
      const int64_t taken = std::min(options.batch, options.rows - row);
      const std::span<const std::string> batch(ids.data() + row, static_cast<size_t>(taken));
      counter.OnMicroBatch({batch, 7 * taken, 3 * taken, 0, 10 * taken});
      counter.OnBackward(1.0);
      if (++fed < options.accumulation && row + options.batch < options.rows) continue;
      counter.OnOptimizerStep(LearningRateAt(schedule, step++), 1.0);
      counter.OnSchedulerStep();
      fed = 0;
    }
  }
  counter.OnEnd(Ending::kCompleted);
  counter.facts().taken_rows = ids;
  return counter.observed();
}

inline PlanInputs InputsOf(const LoopOptions& options) {
  PlanInputs inputs;
  inputs.train_rows = options.rows;
  inputs.per_device_train_batch_size = options.batch;
  inputs.gradient_accumulation_steps = options.accumulation;
  inputs.num_train_epochs = static_cast<double>(options.epochs);
  inputs.warmup_steps = 2;
  inputs.learning_rate = 1e-3;
  return inputs;
}

// A loop that does exactly what is declared.
inline Ledger HonestLedger(const LoopOptions& options = {}) {
  Ledger ledger;
  ledger.declared = PlanTraining(InputsOf(options));
  ledger.observed = RunLoop(options, ledger.declared.schedule);
  return ledger;
}

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_TESTS_UNIT_LEDGER_TRAINING_LOOP_H_
