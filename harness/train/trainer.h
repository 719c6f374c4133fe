// The training loop: from rows to a trained model, its log, its ledger and its checkpoints. Called by harness/run.
// One epoch is one seeded order of all rows; a window of micro-batches is one optimizer step; events (log, evaluate,
// save) follow transformers' order. Deterministic: equal arguments, rows, weights and numeric key give equal bits.
#ifndef PLUMBLINE_HARNESS_TRAIN_TRAINER_H_
#define PLUMBLINE_HARNESS_TRAIN_TRAINER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "harness/base/json.h"
#include "harness/ledger/ledger.h"
#include "harness/train/gradient_window.h"
#include "harness/train/trainer_state.h"
#include "harness/train/training_arguments.h"
#include "harness/world/world.h"
#include "models/model.h"

namespace plumbline::train {

// One finished optimizer step, for progress and throughput.
struct StepReport {
  int64_t global_step = 0;
  int64_t max_steps = 0;
  double loss = 0;
  double learning_rate = 0;
  double step_s = 0;     // packing, forward, backward, update
  int64_t examples = 0;  // of this step
  int64_t tokens = 0;    // real source and target tokens of this step
};

// All optional.
struct Callbacks {
  // Metrics of the model as it stands, every key with its eval_ in front (eval_loss, eval_rouge1, eval_runtime, ...).
  // Without it nothing is evaluated.
  std::function<Json(models::Model& model, int64_t global_step)> evaluate = {};
  // Each row of log_history as it is appended.
  std::function<void(const Json& row)> on_log = {};
  // Before the first step of this session: how many were done before it (0, or the checkpoint's).
  std::function<void(int64_t global_step)> on_start = {};
  std::function<void(const StepReport& report)> on_step = {};
};

struct TrainResult {
  TrainerState state;         // ToJson(state) is trainer_state.json
  ledger::Observed observed;  // digests of data and tokenizer are the caller's to add
  std::vector<double> step_losses;     // one for each step that moved the weights, of the whole run when resumed
  std::vector<double> gradient_norms;  // before clipping
  std::vector<int64_t> times_trained;  // of each row, of the whole run when resumed
  double train_loss = 0;               // mean over all steps
  double runtime_s = 0;                // of this session, without its evaluations
  bool stopped_early = false;
};

// Trains `model` in place; it ends with the best weights under load_best_model_at_end, else with the last. `declared`
// is stored beside the counted work in checkpoints and read by nobody here.
// SIGINT and SIGTERM: the micro-batch is finished, a resumable checkpoint is written (when there is an output_dir),
// and kInterrupted is thrown with its path. Errors: kUsage for arguments that cannot work or differ from those of the
// checkpoint to resume from, kData for rows without loss, kNumeric for more non-finite steps than
// max_nonfinite_steps (the message holds step and place), kEnvironment and kModel from checkpoints.
TrainResult Train(models::Model& model, const TrainingRows& rows, const TrainingArguments& arguments,
                  const Callbacks& callbacks, const ledger::Declared& declared);

// The same as one of the processes of `world`, each with its own copy of the model: a micro-batch of
// arguments.world_size times per_device_train_batch_size rows is shared out, gradients are summed over the tokens of
// all, and every process ends with the same weights, log and ledger. Only rank 0 writes, evaluates and goes back to the
// best weights. Further errors: kUsage when configurations or rows differ between ranks; world::PeerLost, after a
// checkpoint of the last whole step was saved by one of those left.
TrainResult Train(models::Model& model, const TrainingRows& rows, const TrainingArguments& arguments,
                  const Callbacks& callbacks, const ledger::Declared& declared, world::World& world);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_TRAINER_H_
