// Greedy search, beam search and sampling over the model interface. Called by evaluation during
// training and by the verbs; equals transformers 5.23's generate (held to it by goldens and by the
// slow port in search_oracle.h). Knows nothing of text or of architectures.
#ifndef PLUMBLINE_HARNESS_EVAL_GENERATOR_H_
#define PLUMBLINE_HARNESS_EVAL_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/eval/generation_config.h"
#include "models/model.h"

namespace plumbline::eval {

// Ids as generated: no decoder start token, no prompt, no padding, EOS kept.
struct Hypothesis {
  std::vector<int64_t> ids;
  std::optional<double>
      score;  // of beam search alone: sum of log-probabilities / length^length_penalty
};

struct GenerationOutput {
  std::vector<int64_t> ids;
  std::optional<double> score;
  // Only when num_return_sequences > 1, best first (sampling: as drawn); [0] is the above.
  std::vector<Hypothesis> candidates;
};

struct GenerationOptions {
  int64_t batch_size = 8;                              // items decoded together
  std::function<void(int64_t num_items)> on_progress;  // after each batch: items done so far
  // Of sampling: what is drawn for a row depends on the seed and its name alone. Names: one a
  // source, or none (their numbers then).
  uint64_t seed = 0;
  std::vector<std::string> names = {};
};

// What the model says about itself: sizes and, for learned position tables, their length.
ModelLimits LimitsOf(const models::Model& model);

// One output a source, in the order of `sources`. Batches are cut from the sources sorted by
// length; items whose search has ended leave their batch. Neither changes a result beyond rounding.
// Errors: kUsage (config, see Validate), kData (an empty source, or an id outside the vocabulary),
// kNumeric (NaN).
std::vector<GenerationOutput> Generate(models::Model& model,
                                       const std::vector<std::vector<int64_t>>& sources,
                                       const GenerationConfig& config,
                                       const GenerationOptions& options = {});

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_GENERATOR_H_
