#include "harness/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/random.h"
#include "harness/device/device.h"
#include "harness/train/accumulation.h"
#include "harness/train/checkpoint.h"
#include "harness/train/checkpoint_directory.h"
#include "harness/train/interrupt.h"
#include "harness/train/nonfinite.h"
#include "harness/train/optimizer.h"
#include "harness/train/resume.h"
#include "harness/train/sampler.h"
#include "harness/train/schedule.h"
#include "harness/train/shared_work.h"
#include "harness/train/training_setup.h"
#include "harness/train/work_counters.h"
#include "models/adapt/adapter.h"

namespace plumbline::train {
namespace {

// transformers' estimate of floating point operations: forward 2 and backward 4 a parameter and token.
constexpr double kFlosPerParameterAndToken = 6;

class Loop {
 public:
  Loop(models::Model& model, const TrainingRows& rows, const TrainingArguments& arguments,
       const Callbacks& callbacks, const ledger::Declared& declared, world::World& world)
      : model_(model),
        rows_(rows),
        arguments_(arguments),
        callbacks_(callbacks),
        declared_(declared),
        world_(world),
        device_(model.device()),
        accumulation_(MicroBatchesPerStep(arguments)),
        plan_(PlanOf(arguments, rows.size(), accumulation_)),
        sampler_(SamplerOf(rows, arguments, accumulation_)),
        schedule_(ScheduleOf(arguments, plan_.max_steps)),
        optimizer_(models::AllParameters(model), AdamWConfigOf(arguments)),
        non_embedding_parameters_(NumNonEmbeddingParameters(model)),
        state_(StartingState(arguments, plan_)) {
    world_.set_is_ending([this] { return interrupt_.signal() != 0; });
  }
  ~Loop() { world_.set_is_ending({}); }

  // A step is lost with the peer it waited for; what was before it is whole on every process.
  TrainResult Run() {
    try {
      return RunAll();
    } catch (const world::PeerLost& error) {
      if (arguments_.output_dir.empty()) throw;
      own_work_.GiveUpIn(counter_.facts());
      const std::string told =
          SaveOnce(arguments_.output_dir / CheckpointName(state_.global_step), [this] { Write(); });
      throw world::PeerLost(std::string(error.what()) + "; " + told);
    }
  }

 private:
  TrainResult RunAll() {
    Start();
    const double start_s = MonotonicSeconds();
    const int64_t first_step = state_.global_step;
    if (callbacks_.on_start) callbacks_.on_start(first_step);
    // A checkpoint of the last step may still owe the end of its epoch.
    while (loop_.epoch < plan_.num_train_epochs && (!IsStopped() || loop_.update_step > 0)) RunEpoch();
    own_work_.ShareInto(counter_.facts(), world_);
    TakeParameterFacts(model_, counter_.facts());
    counter_.facts().taken_rows = rows_.ids;
    counter_.OnEnd(stopped_early_ ? ledger::Ending::kEarlyStopping : ledger::Ending::kCompleted);
    return Finish(MonotonicSeconds() - start_s - evaluation_s_, state_.global_step - first_step);
  }

  // From scratch, or from a checkpoint.
  void Start() {
    RequireSameEverywhere(world_, "configuration", arguments_.resolved_config.dump());
    RequireSameEverywhere(world_, "choice of training rows", Json(rows_.ids).dump());
    optimizer_.ZeroGradients();  // whatever the model was used for before
    model_.SetGradientCheckpointing(arguments_.gradient_checkpointing);
    if (!arguments_.output_dir.empty() && world_.is_writer()) RemoveLeftovers(arguments_.output_dir);
    if (arguments_.resume_from.empty()) {
      loop_.times_trained.assign(rows_.ids.size(), 0);
      SeedGenerators(device_, NamedStream(arguments_.seed, "train/dropout").Next());
      return;
    }
    Checkpoint checkpoint = LoadCheckpoint(arguments_.resume_from);
    RequireSamePlan(checkpoint, state_, arguments_);
    LoadWeights(model_, arguments_.resume_from);
    optimizer_.LoadState(checkpoint.optimizer);
    RestoreGenerators(checkpoint.loop.generator_states, device_);
    state_ = std::move(checkpoint.trainer);
    loop_ = std::move(checkpoint.loop);
    RequireSameRows(loop_, rows_.size(), arguments_);
    counter_ = ledger::LedgerCounter(std::move(checkpoint.ledger.observed));
    stopped_early_ = arguments_.early_stopping_patience &&
                     state_.early_stopping_patience_counter >= *arguments_.early_stopping_patience;
  }

  bool IsLast() const { return state_.global_step >= plan_.max_steps; }
  bool IsStopped() const { return IsLast() || stopped_early_; }

  // The rest of the current epoch. Its end has events even when training stops inside it, as in transformers.
  void RunEpoch() {
    const std::vector<std::vector<int64_t>> batches = EpochBatches(sampler_, loop_.epoch);
    while (loop_.update_step < plan_.steps_per_epoch && !IsStopped()) {
      const auto first = static_cast<size_t>(loop_.update_step * accumulation_);
      const size_t last = std::min(first + static_cast<size_t>(accumulation_), batches.size());
      RunStep(std::span(batches).subspan(first, last - first));
      EndStep();
      StopIfInterrupted();
    }
    ++loop_.epoch;
    loop_.update_step = 0;
    EvaluateAndSave(!arguments_.eval_steps, !arguments_.save_steps);
    StopIfInterrupted();
  }

  void RunStep(std::span<const std::vector<int64_t>> batches) {
    const double start_s = MonotonicSeconds();
    const int64_t tokens_before = counter_.observed().processed_tokens;
    const std::vector<TrainingMicroBatch> window =
        PackWindow(rows_, batches, model_.is_encoder_decoder(), world_);
    if (world_.size() > 1) SeedOwnDropout();
    // A window cut short by a signal never happened: only a window of several can be.
    const auto generators_before =
        window.size() > 1 ? GeneratorStates(device_) : std::map<std::string, std::string>();
    WorkCounters work(arguments_.count_work, device_.type());
    const WindowOutcome outcome =
        AddWindowGradients(model_, window, arguments_, loss_scale(), counter_, world_,
                           [this] { return interrupt_.signal() != 0; });
    if (outcome.interrupted) {
      RestoreGenerators(generators_before, device_);
      StopIfInterrupted();
    }
    everybody_ends_ = outcome.ending;
    CountRows(batches, loop_.times_trained);
    const double learning_rate = LearningRateAt(schedule_, loop_.scheduler_step);
    Update(outcome, learning_rate);
    device::Synchronize(device_);
    own_work_.Add(work.Finish());
    Report(window, outcome.loss, learning_rate, MonotonicSeconds() - start_s,
           counter_.observed().processed_tokens - tokens_before);
  }

  // Each process draws its own, and any step can be drawn again without the state of the others.
  void SeedOwnDropout() {
    const std::string name = "train/dropout/" + std::to_string(state_.global_step) + "/" +
                             std::to_string(world_.rank());
    SeedGenerators(device_, NamedStream(arguments_.seed, name).Next());
  }

  bool scales_loss() const { return arguments_.compute_type == ComputeType::kFloat16; }
  double loss_scale() const { return scales_loss() ? loop_.scaler.scale : 1; }

  // Moves the weights, or throws a non-finite step away.
  void Update(const WindowOutcome& outcome, double learning_rate) {
    if (scales_loss()) optimizer_.Unscale(loss_scale());
    const double norm = optimizer_.GradientNorm();
    const bool is_finite = outcome.nonfinite.empty() && std::isfinite(norm);
    if (scales_loss()) loop_.scaler.Update(is_finite);
    if (!is_finite) {
      DropStep(outcome, learning_rate, norm);
    } else {
      optimizer_.Step(learning_rate, norm, arguments_.max_grad_norm);
      counter_.OnOptimizerStep(learning_rate, norm);
      counter_.OnSchedulerStep();
      ++loop_.scheduler_step;
      loop_.step_losses.push_back(outcome.loss);
      loop_.gradient_norms.push_back(norm);
      ++loop_.unlogged_steps;
      loop_.unlogged_loss_sum += outcome.loss;
      loop_.total_loss_sum += outcome.loss;
    }
    optimizer_.ZeroGradients();
    ++state_.global_step;
    ++loop_.update_step;
  }

  void DropStep(const WindowOutcome& outcome, double learning_rate, double norm) {
    const std::string parameter = optimizer_.FirstNonFiniteGradient();
    const std::string place = PlaceOf(outcome, parameter, norm);
    ledger::Observed& facts = counter_.facts();
    if (!std::isfinite(norm)) ++facts.nonfinite_gradient_norms;
    if (facts.first_nonfinite_step == ledger::kUnknown) {
      facts.first_nonfinite_step = state_.global_step + 1;
      facts.first_nonfinite_place = place;
    }
    counter_.OnSkippedStep(learning_rate);
    ++loop_.nonfinite_steps;
    RequireEnoughFinite(arguments_, loop_, state_.global_step + 1, place);
  }

  void Report(std::span<const TrainingMicroBatch> window, double loss, double learning_rate, double step_s,
              int64_t tokens) {
    int64_t examples = 0, source_tokens = 0;
    for (const TrainingMicroBatch& micro_batch : window) {
      examples += static_cast<int64_t>(micro_batch.row_ids.size());
      source_tokens += model_.is_encoder_decoder() ? micro_batch.source_tokens : micro_batch.processed_tokens;
    }
    state_.num_input_tokens_seen += source_tokens;
    state_.total_flos += kFlosPerParameterAndToken * static_cast<double>(source_tokens) *
                         static_cast<double>(non_embedding_parameters_);
    state_.epoch = EpochFraction();
    if (callbacks_.on_step) {
      callbacks_.on_step(
          {state_.global_step, plan_.max_steps, loss, learning_rate, step_s, examples, tokens});
    }
  }

  // Epochs done, counted in micro-batches, as transformers does.
  double EpochFraction() const {
    const int64_t done = std::min(loop_.update_step * accumulation_, plan_.micro_batches_per_epoch);
    return static_cast<double>(loop_.epoch) +
           static_cast<double>(done) / static_cast<double>(plan_.micro_batches_per_epoch);
  }

  void EndStep() {
    const int64_t step = state_.global_step;
    if (step % arguments_.logging_steps == 0) LogLoss();
    EvaluateAndSave(IsDue(arguments_.eval_steps, step, IsLast()), IsDue(arguments_.save_steps, step, IsLast()));
  }

  void LogLoss() {
    if (loop_.unlogged_steps == 0) return;  // every step since was thrown away
    Json row = {{"loss", loop_.unlogged_loss_sum / static_cast<double>(loop_.unlogged_steps)},
                {"grad_norm", loop_.gradient_norms.back()},
                {"learning_rate", counter_.observed().learning_rates.back()}};
    loop_.unlogged_loss_sum = 0;
    loop_.unlogged_steps = 0;
    Log(std::move(row));
  }

  void Log(Json row) {
    const Json& logged = AppendLog(state_, std::move(row));
    if (callbacks_.on_log) callbacks_.on_log(logged);
  }

  void EvaluateAndSave(bool evaluates, bool saves) {
    if (evaluates && callbacks_.evaluate) {
      const double start_s = MonotonicSeconds();
      const Json metrics = OnWriter([this] { return callbacks_.evaluate(model_, state_.global_step); }, world_);
      evaluation_s_ += MonotonicSeconds() - start_s;
      Log(metrics);
      if (!TakeEvaluation(state_, arguments_, metrics)) stopped_early_ = true;
    }
    if (saves && !arguments_.output_dir.empty()) Save();
  }

  std::filesystem::path Save() {
    own_work_.ShareInto(counter_.facts(), world_);
    return world_.is_writer() ? Write() : arguments_.output_dir / CheckpointName(state_.global_step);
  }

  std::filesystem::path Write() {
    loop_.generator_states = GeneratorStates(device_);
    if (state_.best_global_step) {
      const std::filesystem::path best = arguments_.output_dir / CheckpointName(*state_.best_global_step);
      const bool is_this = *state_.best_global_step == state_.global_step;
      if (is_this || std::filesystem::exists(best)) state_.best_model_checkpoint = best.string();
    }
    const std::filesystem::path path =
        SaveCheckpoint(arguments_.output_dir, model_,
                       {optimizer_.State(), state_, loop_, {declared_, counter_.observed()},
                        arguments_.resolved_config});
    if (arguments_.save_total_limit) {
      RotateCheckpoints(arguments_.output_dir, *arguments_.save_total_limit, state_.best_model_checkpoint);
    }
    return path;
  }

  void StopIfInterrupted() {
    if (!(world_.size() > 1 ? everybody_ends_ : interrupt_.signal() != 0)) return;
    const std::string left = arguments_.output_dir.empty()
                                 ? "no checkpoint: there is no output directory"
                                 : "the resumable checkpoint " + Quoted(Save().string());
    world_.Finish();
    throw Error(ErrorKind::kInterrupted,
                "training interrupted after step " + std::to_string(state_.global_step) + "; left " + left);
  }

  TrainResult Finish(double runtime_s, int64_t session_steps) {
    const auto steps = static_cast<double>(session_steps);
    const double share = steps / static_cast<double>(std::max<int64_t>(plan_.max_steps, 1));
    const size_t moved = loop_.step_losses.size();
    const double train_loss = moved == 0 ? 0 : loop_.total_loss_sum / static_cast<double>(moved);
    Json row = SpeedMetrics("train", runtime_s, plan_.num_train_samples * share, steps);
    row["total_flos"] = state_.total_flos;
    row["train_loss"] = train_loss;
    Log(std::move(row));
    const bool goes_back = arguments_.load_best_model_at_end && world_.is_writer();
    if (goes_back && !state_.best_model_checkpoint.empty()) LoadBest();
    return {state_,     counter_.observed(), loop_.step_losses, loop_.gradient_norms, loop_.times_trained,
            train_loss, runtime_s,           stopped_early_};
  }

  // The directory may have moved between the sessions of a run.
  void LoadBest() {
    const std::filesystem::path written = state_.best_model_checkpoint;
    const std::filesystem::path here = arguments_.output_dir / written.filename();
    LoadWeights(model_, std::filesystem::exists(here) ? here : written);
  }

  models::Model& model_;
  const TrainingRows& rows_;
  const TrainingArguments& arguments_;
  const Callbacks& callbacks_;
  const ledger::Declared& declared_;
  world::World& world_;
  at::Device device_;
  int64_t accumulation_;
  TrainingPlan plan_;
  SamplerSettings sampler_;
  Schedule schedule_;
  AdamW optimizer_;
  int64_t non_embedding_parameters_;
  TrainerState state_;
  LoopState loop_;
  ledger::LedgerCounter counter_;
  OwnWork own_work_;
  bool everybody_ends_ = false;
  bool stopped_early_ = false;
  double evaluation_s_ = 0;  // of this session
  InterruptGuard interrupt_;
};

}  // namespace

TrainResult Train(models::Model& model, const TrainingRows& rows, const TrainingArguments& arguments,
                  const Callbacks& callbacks, const ledger::Declared& declared) {
  world::SoloWorld alone;
  return Train(model, rows, arguments, callbacks, declared, alone);
}

TrainResult Train(models::Model& model, const TrainingRows& rows, const TrainingArguments& arguments,
                  const Callbacks& callbacks, const ledger::Declared& declared, world::World& world) {
  RequireTrainable(rows, arguments, callbacks.evaluate != nullptr);
  device::PrepareNumerics(model.device(), arguments.deterministic);
  ApplyDeterminism(arguments);
  return Loop(model, rows, arguments, callbacks, declared, world).Run();
}

}  // namespace plumbline::train
