#include "harness/run/work_notes.h"

#include "harness/base/number.h"

namespace plumbline::run {

std::vector<std::string> WorkNotes(const ledger::Ledger& ledger) {
  const ledger::Observed& observed = ledger.observed;
  std::vector<std::string> notes;
  if (observed.skipped_steps > 0) {
    notes.push_back(
        std::to_string(observed.skipped_steps) + " of " + std::to_string(observed.optimizer_steps) +
        " optimizer steps were thrown away, first at step " +
        std::to_string(observed.first_nonfinite_step) + ": " + observed.first_nonfinite_place);
  }
  if (observed.loss_weight_max > 1) {
    const std::string times = ShortestDecimal(observed.loss_weight_max);
    std::string note = "losses and gradients are up to " + times + " times the mean over a step's tokens";
    if (ledger.declared.loss_normalization == "hf_seq2seq_bug") {
      note += ": each of " + std::to_string(observed.micro_batches_per_step_max) +
              " micro-batches was divided by its own tokens "
              "(training.loss_normalization = hf_seq2seq_bug)";
    }
    notes.push_back(note);
  }
  if (observed.uncounted_steps > 0) {
    notes.push_back("operators, allocations and FLOPs leave out " +
                    std::to_string(observed.uncounted_steps) +
                    " steps: a process died before it had told its own");
  }
  return notes;
}

}  // namespace plumbline::run
