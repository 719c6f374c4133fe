#include "harness/run/evaluation.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>

#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/eval/generate_file.h"
#include "harness/eval/rouge_tokenizer.h"
#include "harness/eval/sentences.h"
#include "harness/run/settings.h"
#include "harness/run/sidecar.h"
#include "harness/train/progress.h"
#include "harness/train/trainer_state.h"

namespace plumbline::run {
namespace {

// Resamples of the ROUGE interval are drawn from this stream, whatever the training seed: a score's interval must
// not move when the training changes.
constexpr uint64_t kIntervalSeed = 0;

std::vector<int64_t> AllIndices(size_t count) {
  std::vector<int64_t> indices(count);
  std::iota(indices.begin(), indices.end(), int64_t{0});
  return indices;
}

}  // namespace

Evaluator::Evaluator(const config::Resolved& config, const Split& split, const data::Tokenizer* tokenizer)
    : config_(config),
      tokenizer_(tokenizer),
      examples_(EvaluatedPart(split.dataset.examples, config)),
      rows_(EvaluatedPart(split.tokens.rows, config)),
      sidecar_(ReadSidecar(split.dataset.path, examples_)) {}

void Evaluator::AddLoss(models::Model& model, EvaluationResult& result) const {
  const c10::InferenceMode no_autograd;
  const double start_s = MonotonicSeconds();
  const std::vector<int64_t> order = AllIndices(rows_.size());
  double nll_sum = 0;
  for (const auto& indices : data::BatchesOf(order, config_.Int("training.per_device_eval_batch_size"))) {
    const models::LossSums sums = model.Loss(BatchFor(model, rows_, indices).packed, 0.0, /*training=*/false);
    nll_sum += sums.nll_sum;
    result.target_tokens += sums.num_tokens;
  }
  PLUMBLINE_CHECK(result.target_tokens > 0);
  result.loss = nll_sum / static_cast<double>(result.target_tokens);
  result.loss_s = MonotonicSeconds() - start_s;
}

void Evaluator::AddSummaries(models::Model& model, const std::filesystem::path& predictions,
                             EvaluationResult& result) const {
  train::Progress progress("generate", "rows", static_cast<int64_t>(rows_.size()), train::StderrOutput());
  eval::GenerationOptions options = GenerationOptionsOf(config_);
  options.on_progress = [&progress](int64_t done) { progress.Update(done); };
  const eval::GenerationConfig generation = GenerationConfigOf(config_, model);
  const double start_s = MonotonicSeconds();
  if (predictions.empty()) {
    std::vector<std::vector<int64_t>> sources;
    for (const data::TokenizedRow& row : rows_) {
      sources.push_back(row.input_ids);
      options.names.push_back(row.fname);
    }
    result.outputs = eval::Generate(model, sources, generation, options);
  } else {
    eval::GenerateFile(model, rows_, tokenizer_, generation, options, predictions, &result.outputs);
  }
  result.generate_s = MonotonicSeconds() - start_s;
  double tokens = 0;
  for (const eval::GenerationOutput& output : result.outputs) tokens += static_cast<double>(output.ids.size());
  result.mean_generated_tokens = tokens / static_cast<double>(result.outputs.size());
  if (tokenizer_ == nullptr) return;
  for (const eval::GenerationOutput& output : result.outputs) {
    result.predictions.push_back(eval::TextOf(*tokenizer_, output.ids));
  }
}

EvaluationResult Evaluator::Evaluate(models::Model& model, const std::filesystem::path& predictions) const {
  EvaluationResult result;
  AddLoss(model, result);
  AddSummaries(model, predictions, result);
  if (result.predictions.empty()) return result;
  result.rouge = ScoreTexts(result.predictions);
  result.slots = SlotsOf(result.predictions);
  return result;
}

RougeReports Evaluator::ScoreTexts(const std::vector<std::string>& predictions) const {
  std::vector<eval::RougePair> pairs;
  for (size_t i = 0; i < predictions.size(); ++i) {
    eval::RougePair pair{eval::OneSentencePerLine(predictions[i]), {}};
    for (const std::string& summary : examples_[i].summary) {
      pair.references.push_back(eval::OneSentencePerLine(summary));
    }
    pairs.push_back(std::move(pair));
  }
  RougeReports reports;
  for (const std::string& name : eval::RougeTokenizerNames()) {
    reports[name] = eval::ScoreRouge(pairs, {.tokenizer = name}, kIntervalSeed);
  }
  return reports;
}

std::optional<data::korean::SlotAccuracy> Evaluator::SlotsOf(const std::vector<std::string>& predictions) const {
  if (sidecar_.empty()) return std::nullopt;
  return ScoreSlots(sidecar_, predictions);
}

void WarnIfSampling(const config::Resolved& config) {
  if (!config.Bool("generation.do_sample")) return;
  std::fprintf(stderr,
               "warning: generation.do_sample is true (%s): scores of drawn summaries move with training.seed; "
               "--set generation.do_sample=false searches instead\n",
               config::Describe(config.At("generation.do_sample").origin).c_str());
}

Json MetricsOf(const EvaluationResult& result, const config::Resolved& config) {
  const double runtime_s = result.loss_s + result.generate_s;
  const auto num_rows = static_cast<double>(result.outputs.size());
  const double batches = num_rows / static_cast<double>(config.Int("training.per_device_eval_batch_size"));
  Json metrics = train::SpeedMetrics("eval", runtime_s, num_rows, std::max(1.0, batches));
  metrics["eval_loss"] = result.loss;
  metrics["eval_gen_len"] = result.mean_generated_tokens;
  if (!result.rouge.empty()) {
    const eval::RougeReport& report = result.rouge.at(config.Text("evaluation.rouge_tokenizer"));
    double sum = 0;
    for (int type = 0; type < eval::kNumRougeTypes; ++type) {
      const std::string name(eval::RougeTypeName(static_cast<eval::RougeType>(type)));
      const double f1 = report.types[static_cast<size_t>(type)].mean.f1;
      metrics["eval_" + name] = f1;
      if (type != eval::kRougeLsum) sum += f1;
    }
    metrics["eval_rouge_sum"] = sum;
  }
  if (result.slots) metrics["eval_slot_accuracy"] = result.slots->overall.Accuracy();
  return metrics;
}

std::string PredictionLines(const EvaluationResult& result, std::span<const data::Example> examples) {
  std::string lines;
  for (size_t i = 0; i < result.outputs.size(); ++i) {
    const eval::GenerationOutput& output = result.outputs[i];
    Json line = {{"fname", examples[i].fname}, {"token_ids", output.ids}};
    line["prediction"] = result.predictions.empty() ? Json() : Json(result.predictions[i]);
    line["score"] = output.score ? Json(*output.score) : Json();
    lines += line.dump() + "\n";
  }
  return lines;
}

}  // namespace plumbline::run
