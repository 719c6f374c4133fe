// A checkpoint put to use, from a resolved configuration to a file: what the verbs generate, score
// and eval do. Rows are those of data.validation. Knows nothing of command lines.
#ifndef PLUMBLINE_HARNESS_RUN_INFERENCE_H_
#define PLUMBLINE_HARNESS_RUN_INFERENCE_H_

#include <cstdint>
#include <filesystem>

#include "harness/base/json.h"
#include "harness/config/resolved.h"

namespace plumbline::run {

struct InferenceReport {
  int64_t num_rows = 0;
  int64_t num_tokens = 0;  // generated (best sequences, EOS included), or target tokens scored
  double nll_sum = 0;      // nats; of scoring alone
  double seconds = 0;      // without loading
};

// Predictions, one line a row (eval/generate_file.h). References are not needed.
// Errors of all three: kUsage without model.path or data.validation, and those of reading, loading
// and generating; `out` then does not appear.
InferenceReport GenerateRows(const config::Resolved& config, const std::filesystem::path& out);

// {"fname","nll","tokens"} a line: teacher-forced, the summed negative log-likelihood of the
// target's tokens in nats. One row at a time: a score does not depend on other rows.
InferenceReport ScoreRows(const config::Resolved& config, const std::filesystem::path& out);

// Loss, predictions, ROUGE, slot accuracy and speed into the directory `out`: resolved_config.json,
// environment.json, predictions.jsonl, all_results.json. Returns what all_results.json holds.
Json EvaluateCheckpoint(const config::Resolved& config, const std::filesystem::path& out);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_INFERENCE_H_
