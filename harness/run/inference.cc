#include "harness/run/inference.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/config/compare.h"
#include "harness/eval/generate_file.h"
#include "harness/run/environment.h"
#include "harness/run/evaluation.h"
#include "harness/run/prompting.h"
#include "harness/run/quantization.h"
#include "harness/run/rows.h"
#include "harness/run/settings.h"
#include "harness/train/progress.h"
#include "models/adapt/adapter.h"
#include "models/adapt/adapter_plan.h"
#include "models/model.h"

namespace plumbline::run {
namespace {

constexpr std::string_view kData = "data.validation";

void Say(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

// Settings that say how a checkpoint is used; those of its training are not at work here.
bool IsOfUse(std::string_view line) {
  for (const std::string_view section :
       {"model.", "tokenizer.", "data.", "prompt.", "generation.", "evaluation."}) {
    if (line.starts_with(section)) return true;
  }
  return false;
}

// Fields of the checkpoint's files that change nothing, in one line.
void SayUnused(const config::Resolved& config) {
  std::string names;
  for (const std::string& name : config.unknown_in_checkpoint()) {
    names += (names.empty() ? "" : ", ") + name.substr(0, name.find(" ("));
  }
  if (!names.empty()) Say("note: fields of the checkpoint's files without effect here: " + names);
}

// How rows are asked depends on the model, so it comes first.
struct Loaded {
  std::unique_ptr<data::Tokenizer> tokenizer;
  std::unique_ptr<models::Model> model;
  std::optional<Prompting> prompting;
  Split split;
  double load_s = 0;  // of the weights
};

Loaded Load(const config::Resolved& config, bool require_summary) {
  RequireSetting(config, "model.path", "--model DIR");
  RequireSetting(config, kData, "--data FILE");
  for (const std::string& line : config::SemanticShadows(config)) {
    if (IsOfUse(line)) Say("override: " + line);
  }
  SayUnused(config);
  if (config.Has("runtime.threads"))
    at::set_num_threads(static_cast<int>(config.Int("runtime.threads")));
  const at::Device device = PreparedDevice(config);
  Loaded loaded;
  const std::filesystem::path directory = PathOf(config, "model.path");
  loaded.tokenizer = TokenizerOf(config, directory);
  const double start_s = MonotonicSeconds();
  loaded.model = models::LoadModel(directory, device,
                                   models::WeightType(config.Text("model.dtype"), directory));
  const std::string quantized = QuantizeAsConfigured(config, directory, *loaded.model);
  if (!quantized.empty()) Say(quantized);
  if (config.Has("model.adapter")) {
    const std::filesystem::path adapter = PathOf(config, "model.adapter");
    const auto plan = models::LoadAdapter(*loaded.model, adapter, /*trainable=*/false);
    Say("adapter: " + std::to_string(plan.modules.size()) + " modules");
    for (const std::string& note : models::NotesOn(plan.layers_without_adapter)) Say("note: " + note);
  }
  loaded.load_s = MonotonicSeconds() - start_s;
  loaded.prompting.emplace(config, *loaded.model, loaded.tokenizer.get());
  loaded.split =
      LoadSplit(config, kData, loaded.tokenizer.get(), *loaded.prompting, require_summary);
  SayNotes(kData, loaded.split);
  return loaded;
}

double PerSecond(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

}  // namespace

InferenceReport GenerateRows(const config::Resolved& config, const std::filesystem::path& out) {
  const Loaded loaded = Load(config, /*require_summary=*/false);
  const auto rows = EvaluatedPart(loaded.split.tokens.rows, config);
  train::Progress progress("generate", "rows", std::ssize(rows), train::StderrOutput());
  eval::GenerationOptions options = GenerationOptionsOf(config);
  options.on_progress = [&progress](int64_t done) { progress.Update(done); };
  const eval::GenerationConfig generation = GenerationConfigOf(config, *loaded.model);
  RequireStopAtTurnEnd(generation, loaded.prompting->made());
  const double start_s = MonotonicSeconds();
  const eval::GeneratedFile file =
      eval::GenerateFile(*loaded.model, rows, loaded.tokenizer.get(), generation, options, out);
  progress.Finish();
  WarnOfUnreadFlags(config);
  return {file.num_rows, file.num_tokens, 0, MonotonicSeconds() - start_s};
}

InferenceReport ScoreRows(const config::Resolved& config, const std::filesystem::path& out) {
  const Loaded loaded = Load(config, /*require_summary=*/true);
  const c10::InferenceMode no_autograd;
  const auto rows = EvaluatedPart(loaded.split.tokens.rows, config);
  train::Progress progress("score", "rows", std::ssize(rows), train::StderrOutput());
  AtomicFile file(out);
  InferenceReport report;
  const double start_s = MonotonicSeconds();
  for (int64_t row = 0; row < std::ssize(rows); ++row) {
    const data::Batch batch = BatchFor(*loaded.model, rows, {&row, 1});
    const models::LossSums sums = loaded.model->Loss(batch.packed, 0.0, /*training=*/false);
    const Json line = {
        {"fname", rows[row].fname}, {"nll", sums.nll_sum}, {"tokens", sums.num_tokens}};
    file.Write(line.dump() + "\n");
    report.nll_sum += sums.nll_sum;
    report.num_tokens += sums.num_tokens;
    progress.Update(++report.num_rows);
  }
  file.Commit();
  progress.Finish();
  report.seconds = MonotonicSeconds() - start_s;
  WarnOfUnreadFlags(config);
  return report;
}

Json EvaluateCheckpoint(const config::Resolved& config, const std::filesystem::path& out) {
  const Loaded loaded = Load(config, /*require_summary=*/true);
  MakeDirectories(out);
  WriteJsonFile(out / "resolved_config.json", config.ToJson());
  WriteJsonFile(out / "environment.json", check::ToJson(EnvironmentOf(config)));
  WarnIfSampling(config);
  RequireStopAtTurnEnd(GenerationConfigOf(config, *loaded.model), loaded.prompting->made());
  const Evaluator evaluator(config, loaded.split, loaded.tokenizer.get());
  const EvaluationResult result = evaluator.Evaluate(*loaded.model, out / "predictions.jsonl");
  Json results = MetricsOf(result, config);
  for (const auto& [tokenizer, report] : result.rouge) {
    results["rouge"][tokenizer] = report.ToJson();
    for (const std::string& warning : report.warnings) Say("warning: " + warning);
  }
  if (result.slots) results["slots"] = data::korean::ToJson(*result.slots);
  const auto num_rows = static_cast<double>(result.outputs.size());
  const double num_tokens = result.mean_generated_tokens * num_rows;
  results["speed"] = {{"load_s", loaded.load_s},
                      {"loss_s", result.loss_s},
                      {"generate_s", result.generate_s},
                      {"generate_rows_per_s", PerSecond(num_rows, result.generate_s)},
                      {"generate_tokens_per_s", PerSecond(num_tokens, result.generate_s)}};
  results["n"] = result.outputs.size();
  results["target_tokens"] = result.target_tokens;
  results["data_sha256"] = loaded.split.dataset.sha256;
  WriteJsonFile(out / "all_results.json", results);
  WarnOfUnreadFlags(config);
  return results;
}

}  // namespace plumbline::run
