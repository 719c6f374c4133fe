// A model on held-out rows: loss, generated summaries, ROUGE under every tokenizer, slot accuracy, lengths, time.
// Called before, during and after training by run, and by the verb `eval`.
#ifndef PLUMBLINE_HARNESS_RUN_EVALUATION_H_
#define PLUMBLINE_HARNESS_RUN_EVALUATION_H_

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/config/resolved.h"
#include "harness/eval/generator.h"
#include "harness/eval/rouge.h"
#include "harness/run/rows.h"
#include "harness/run/sidecar.h"

namespace plumbline::run {

// ROUGE of one set of predictions, by tokenizer name.
using RougeReports = std::map<std::string, eval::RougeReport>;

struct EvaluationResult {
  double loss = 0;  // nats a target token
  int64_t target_tokens = 0;
  std::vector<eval::GenerationOutput> outputs;  // one a row
  std::vector<std::string> predictions;         // decoded; empty without a tokenizer
  RougeReports rouge;                           // empty without a tokenizer
  std::optional<data::korean::SlotAccuracy> slots;  // only where the rows have a sidecar
  double mean_generated_tokens = 0;
  double loss_s = 0;      // seconds of the loss pass
  double generate_s = 0;  // seconds of generation
};

class Evaluator {
 public:
  // Evaluates on the first `evaluation.subset` rows of `split`. All must outlive it.
  Evaluator(const config::Resolved& config, const Split& split, const data::Tokenizer* tokenizer);

  // With `predictions`, that file is written while rows are generated, before anything is scored.
  EvaluationResult Evaluate(models::Model& model, const std::filesystem::path& predictions = {}) const;

  // ROUGE of any predictions of these rows, under all tokenizers; slot accuracy where there is a sidecar.
  RougeReports ScoreTexts(const std::vector<std::string>& predictions) const;
  std::optional<data::korean::SlotAccuracy> SlotsOf(const std::vector<std::string>& predictions) const;

  std::span<const data::Example> examples() const { return examples_; }
  std::span<const data::TokenizedRow> rows() const { return rows_; }

 private:
  void AddLoss(models::Model& model, EvaluationResult& result) const;
  void AddSummaries(models::Model& model, const std::filesystem::path& predictions,
                    EvaluationResult& result) const;

  const config::Resolved& config_;
  const data::Tokenizer* tokenizer_;
  std::span<const data::Example> examples_;
  std::span<const data::TokenizedRow> rows_;
  std::vector<Json> sidecar_;  // one a row, or empty
};

// Says on stderr that scores of drawn summaries move with the seed, where generation.do_sample is on.
void WarnIfSampling(const config::Resolved& config);

// transformers' evaluation metrics: eval_loss, eval_rouge1/2/L/Lsum (F1 under evaluation.rouge_tokenizer), their sum
// of 1, 2 and L, eval_gen_len, eval_runtime, eval_samples_per_second, eval_steps_per_second, eval_slot_accuracy.
Json MetricsOf(const EvaluationResult& result, const config::Resolved& config);

// predictions.jsonl: {"fname","prediction","token_ids","score"} a line.
std::string PredictionLines(const EvaluationResult& result, std::span<const data::Example> examples);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_EVALUATION_H_
