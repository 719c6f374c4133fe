#include "harness/run/run.h"

#include <ATen/Parallel.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "harness/audit/record.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/check/ledger_observations.h"
#include "harness/config/compare.h"
#include "harness/ledger/ledger.h"
#include "harness/ledger/plan.h"
#include "harness/ledger/plan_config.h"
#include "harness/run/companions.h"
#include "harness/run/environment.h"
#include "harness/run/evaluation.h"
#include "harness/run/observe.h"
#include "harness/run/prompting.h"
#include "harness/run/quantization.h"
#include "harness/run/rows.h"
#include "harness/run/saved_rows.h"
#include "harness/run/settings.h"
#include "harness/run/throughput.h"
#include "harness/run/trained_part.h"
#include "harness/run/trivial_summaries.h"
#include "harness/run/work_notes.h"
#include "harness/train/progress.h"
#include "harness/train/trainer.h"
#include "models/adapt/adapter.h"
#include "models/adapt/adapter_plan.h"
#include "models/model.h"

namespace plumbline::run {
namespace {

constexpr int kLimitRepetitions = 3;

// One run; members are filled in the order of Execute.
class Case {
 public:
  Case(const config::Resolved& config, const RunOptions& options, world::World& world)
      : config_(config),
        options_(options),
        world_(world),
        arguments_(TrainingArgumentsOf(config)),
        precision_(PrecisionOf(config)) {
    arguments_.world_size = world.size();
    set_.suite = options.suite;
    if (set_.suite.empty()) set_.suite = config.Has("experiment.name") ? config.Text("experiment.name") : "run";
  }

  void Execute() {
    Prepare();
    Load();
    Plan();
    if (evaluator_ && world_.is_writer() && config_.Bool("training.eval_on_start")) EvaluateBase();
    Train();
    world_.Finish();
    if (!world_.is_writer()) return;
    if (evaluator_) EvaluateFinal();
    Save();
    Measure();
    Write();
  }

 private:
  // One rank speaks.
  void Say(const std::string& line) const {
    if (world_.is_writer()) std::fprintf(stderr, "%s\n", line.c_str());
  }

  void Prepare() {
    RequireFullWeights();
    if (arguments_.threads > 0) at::set_num_threads(static_cast<int>(arguments_.threads));
    if (!world_.is_writer()) return;
    MakeDirectories(options_.out);
    for (const char* stale : {"observations.json", audit::kAuditFile}) {
      std::filesystem::remove(options_.out / stale);
    }
    WriteJsonFile(options_.out / "resolved_config.json", config_.ToJson());
    WriteJsonFile(options_.out / "environment.json", check::ToJson(EnvironmentOf(config_)));
    if (config_.Has("experiment.note")) Say("note: " + config_.Text("experiment.note"));
    for (const std::string& line : config::SemanticShadows(config_)) Say("override: " + line);
    const size_t unused = config_.unknown_in_checkpoint().size();
    if (unused > 0) Say("note: " + std::to_string(unused) + " keys of the checkpoint's files have no effect here");
  }

  // The optimizer's steps are smaller than a half type's rounding; mixed precision keeps fp32 weights.
  void RequireFullWeights() const {
    const std::string dtype = config_.Text("model.dtype");
    if (dtype == "float32") return;
    Fail(ErrorKind::kUsage, "training", "model.dtype = " + dtype, "float32: half weights are for inference",
         "model.dtype: float32, whatever type the checkpoint is stored in");
  }

  // Weights in 4 bits cannot move: what is trained stands beside them.
  void Quantize() {
    const std::string done = QuantizeAsConfigured(config_, model_directory_, *model_);
    if (done.empty()) return;
    Say(done);
    if (config_.Has("lora.r") || config_.Has("model.adapter")) return;
    Fail(ErrorKind::kUsage, "training weights in 4 bits", "no adapter", "one: 4-bit weights are frozen",
         "--set lora.r=16, or model.adapter");
  }

  void Load() {
    model_directory_ = PathOf(config_, "model.path");
    for (const char* key : {"model.preset", "model.type", "experiment.name", "experiment.models", "experiment.mode"})
      config_.Has(key);  // resolved already
    tokenizer_ = TokenizerOf(config_, model_directory_);
    model_ = models::LoadModel(model_directory_, PreparedDevice(config_));
    Quantize();
    train::RequireRange(precision_.declared, model_->config().value("model_type", ""),
                        config_.Bool("training.allow_t5_fp16"));
    prompting_.emplace(config_, *model_, tokenizer_.get());
    train_ = LoadSplit(config_, "data.train", tokenizer_.get(), *prompting_);
    if (world_.is_writer()) SayNotes("data.train", train_);
    if (config_.Has("data.validation")) {
      validation_ = LoadSplit(config_, "data.validation", tokenizer_.get(), *prompting_);
      if (world_.is_writer()) SayNotes("data.validation", *validation_);
      evaluator_.emplace(config_, *validation_, tokenizer_.get());
      if (world_.is_writer()) WarnIfSampling(config_);
      RequireStopAtTurnEnd(GenerationConfigOf(config_, *model_), prompting_->made());
    }
    trained_part_ = ChooseTrainedPart(config_, *model_);
    for (const std::string& note : models::NotesOn(trained_part_.layers_without_adapter)) warnings_.push_back(note);
  }

  void Plan() {
    ledger::PlanInputs inputs =
        ledger::InputsFromConfig(config_, static_cast<int64_t>(train_.tokens.rows.size()));
    inputs.world_size = world_.size();
    ledger_.declared = ledger::PlanTraining(inputs);
    ledger_.declared.data_digests["train"] = train_.dataset.sha256;
    if (validation_) ledger_.declared.data_digests["validation"] = validation_->dataset.sha256;
    if (tokenizer_) ledger_.declared.tokenizer_digest = tokenizer_->digest();
    ledger_.declared.adapter_modules = trained_part_.adapter_modules;
    ledger_.declared.layers_without_adapter = trained_part_.layers_without_adapter;
    ledger_.declared.trainable_parameters = trained_part_.trainable_parameters;
    ledger_.declared.compute_dtype = train::NameOf(precision_.used);
    ledger_.declared.loss_normalization =
        train::NameOf(train::NormalizationInForce(arguments_, model_->is_encoder_decoder()));
    if (!precision_.note.empty()) warnings_.push_back(precision_.note);
    for (const std::string& warning : warnings_) Say("warning: " + warning);
    Say("plan: " + std::to_string(ledger_.declared.train_rows) + " rows, " +
        std::to_string(ledger_.declared.optimizer_steps) + " optimizer steps of " +
        std::to_string(ledger_.declared.gradient_accumulation_steps) + " x " +
        (world_.size() == 1 ? "" : std::to_string(world_.size()) + " ranks x ") +
        std::to_string(ledger_.declared.per_device_train_batch_size) + " rows; " +
        ledger::Describe(ledger_.declared.schedule));
  }

  void EvaluateBase() {
    Say("evaluating the checkpoint training starts from");
    Take(EvaluationObservations("base", evaluator_->Evaluate(*model_)));
  }

  void Train() {
    arguments_.output_dir = options_.out;
    arguments_.resume_from = options_.resume_from;
    const train::TrainingRows rows = TrainingRowsOf(*model_, train_.tokens.rows);
    std::optional<train::Progress> progress;
    train::Callbacks callbacks;
    if (world_.is_writer()) {
      callbacks.on_start = [this, &progress](int64_t done) {
        progress.emplace("train", "steps", ledger_.declared.optimizer_steps, train::StderrOutput(), done);
      };
      callbacks.on_step = [&progress](const train::StepReport& report) {
        char note[32];
        std::snprintf(note, sizeof note, "loss %.4f", report.loss);
        progress->Update(report.global_step, note);
      };
    }
    if (evaluator_) {
      callbacks.evaluate = [this, &progress](models::Model& model, int64_t step) {
        progress->Finish();
        last_ = evaluator_->Evaluate(model);
        last_step_ = step;
        return MetricsOf(*last_, config_);
      };
    }
    trained_ = train::Train(*model_, rows, arguments_, callbacks, ledger_.declared, world_);
    seen_ = SeenLines(rows.ids, trained_.times_trained);
    if (!world_.is_writer()) return;
    progress->Finish();
    Take(TrainingObservations(trained_));
    TakeLedger();
  }

  void TakeLedger() {
    ledger_.observed = trained_.observed;
    ledger_.observed.data_digests["train"] = Sha256OfFile(train_.dataset.path);
    if (validation_) ledger_.observed.data_digests["validation"] = Sha256OfFile(validation_->dataset.path);
    if (tokenizer_) ledger_.observed.tokenizer_digest = tokenizer_->digest();
    for (const std::string& note : WorkNotes(ledger_)) warnings_.push_back(note);
    ledger_.observed.notes = warnings_;
    if (config_.Has("experiment.note")) {
      ledger_.observed.notes.insert(ledger_.observed.notes.begin(), config_.Text("experiment.note"));
    }
    ledger_.observed.checkpoint_digest = CheckpointDigest(model_directory_);
    Take(check::LedgerObservations(ledger_, arguments_.early_stopping_patience.has_value()));
  }

  // The model may have gone back to its best weights since the last evaluation.
  void EvaluateFinal() {
    const bool is_last = last_ && last_step_ == trained_.state.global_step && !arguments_.load_best_model_at_end;
    if (!is_last) last_ = evaluator_->Evaluate(*model_);
    Take(EvaluationObservations("eval", *last_));
    for (const auto& [tokenizer, report] : last_->rouge) {
      for (const std::string& warning : report.warnings) warnings_.push_back(warning);
    }
    if (!tokenizer_) return;
    const auto trivial = MakeTrivialSummaries(evaluator_->examples(), train_.dataset.examples, arguments_.seed);
    for (const TrivialSummaries& method : trivial) {
      Take(TrivialObservations(method.name, evaluator_->ScoreTexts(method.predictions),
                               evaluator_->SlotsOf(method.predictions)));
    }
  }

  void Save() {
    if (model_->adapter_config().is_null()) {
      models::SaveModel(*model_, options_.out, at::kFloat);
    } else {
      models::SaveAdapter(*model_, options_.out);
    }
    CopyCompanions(model_directory_, options_.out);
  }

  // After everything that is kept was saved: timing trains on.
  void Measure() {
    const int64_t repetitions = config_.Int("runtime.throughput_repetitions");
    if (repetitions == 0) return;
    const std::vector<data::TokenizedRow>& rows = train_.tokens.rows;
    const Throughput throughput = MeasureThroughput(*model_, rows, config_, repetitions);
    Take(SpeedObservations(throughput, measure::MeasureMachineLimits(kLimitRepetitions),
                           TimeLoading(repetitions)));
  }

  // Start-up, apart from all the other times: weights and tokenizer from disk.
  std::vector<double> TimeLoading(int64_t repetitions) const {
    std::vector<double> seconds;
    for (int64_t i = 0; i < repetitions; ++i) {
      const double start_s = MonotonicSeconds();
      const auto model = models::LoadModel(model_directory_, DeviceOf(config_));
      const auto tokenizer = TokenizerOf(config_, model_directory_);
      seconds.push_back(MonotonicSeconds() - start_s);
    }
    return seconds;
  }

  void Write() {
    WriteJsonFile(options_.out / "trainer_state.json", train::ToJson(trained_.state));
    WriteJsonFile(options_.out / "ledger.json", ledger::ToJson(ledger_));
    WriteFileAtomic(options_.out / "seen.jsonl", seen_);
    const Json& runtime_s = trained_.state.log_history.back().at("train_runtime");
    Json results = {{"train_loss", trained_.train_loss}, {"train_runtime", runtime_s}};
    results["train_only_runtime"] = runtime_s;  // it spans no evaluation, as transformers' does
    if (last_) {
      results.update(MetricsOf(*last_, config_));
      WriteFileAtomic(options_.out / "predictions.jsonl", PredictionLines(*last_, evaluator_->examples()));
      SaveRows();
      if (!last_->rouge.empty()) results["rouge"] = RougeJson();
      if (last_->slots) results["slots"] = data::korean::ToJson(*last_->slots);
    }
    WriteJsonFile(options_.out / "all_results.json", results);
    for (const std::string& warning : warnings_) Say("warning: " + warning);
    for (const std::string& key : config_.UnreadKeys()) {
      const bool is_of_evaluation = key.starts_with("generation.") || key.starts_with("evaluation.");
      if (evaluator_ || !is_of_evaluation) Say("warning: nothing read the setting " + key);
    }
    set_.status = check::RunStatus::kComplete;
    WriteJsonFile(options_.out / "observations.json", check::ToJson(set_));
    SayAudit(audit::RecordAudit(options_.out));
  }

  // What an audit needs besides the numbers, wherever the directory lies.
  void SaveRows() const {
    const std::string references = ReferenceLines(evaluator_->examples(), evaluator_->rows());
    if (!references.empty()) WriteFileAtomic(options_.out / "references.jsonl", references);
    WriteFileAtomic(options_.out / "encoded.jsonl", EncodedLines(*model_, train_.tokens.rows));
    if (model_->is_encoder_decoder()) return;
    WriteFileAtomic(options_.out / "encoded_inference.jsonl", PromptLines(evaluator_->rows()));
  }

  // Findings leave the exit status alone: it is the verdict's.
  void SayAudit(const check::AuditFacts& facts) const {
    if (!facts.made) return Say("audit: not made: " + facts.problem);
    Say("audit: " + check::AuditTally(facts) + " (audit.json)");
    for (const check::AuditFinding* finding : check::Alarms(facts)) {
      Say("audit: " + finding->severity + " " + finding->rule + ": " + finding->statement);
    }
  }

  Json RougeJson() const {
    Json reports;
    for (const auto& [tokenizer, report] : last_->rouge) reports[tokenizer] = report.ToJson();
    return reports;
  }

  void Take(std::vector<check::Observation> observations) {
    for (check::Observation& observation : observations) set_.observations.push_back(std::move(observation));
  }

  const config::Resolved& config_;
  const RunOptions& options_;
  world::World& world_;
  train::TrainingArguments arguments_;
  train::Precision precision_;
  TrainedPart trained_part_;
  std::filesystem::path model_directory_;
  std::unique_ptr<data::Tokenizer> tokenizer_;
  std::optional<Prompting> prompting_;
  Split train_;
  std::optional<Split> validation_;
  std::optional<Evaluator> evaluator_;
  std::unique_ptr<models::Model> model_;
  ledger::Ledger ledger_;
  train::TrainResult trained_;
  std::string seen_;  // seen.jsonl
  std::optional<EvaluationResult> last_;
  int64_t last_step_ = -1;
  std::vector<std::string> warnings_;
  check::ObservationSet set_;
};

}  // namespace

void RunCase(const config::Resolved& config, const RunOptions& options, world::World& world) {
  Case(config, options, world).Execute();
}

}  // namespace plumbline::run
