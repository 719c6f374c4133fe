// ROUGE-1/2/L/Lsum of predictions against one or several references. Called by evaluation, the
// `rouge` verb and the suites' baselines of trivial summaries; pure text to scores: knows nothing
// of models, tokenizers of models, or files.
//
// Scores of the `ascii` tokenizer equal google-research's rouge_score 0.1.2. The other tokenizers
// change what a token is (rouge_tokenizer.h), never what a score is. Scores of different tokenizers
// never share a table.
#ifndef PLUMBLINE_HARNESS_EVAL_ROUGE_H_
#define PLUMBLINE_HARNESS_EVAL_ROUGE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::eval {

enum RougeType { kRouge1 = 0, kRouge2, kRougeL, kRougeLsum, kNumRougeTypes };

// "rouge1", "rouge2", "rougeL", "rougeLsum".
std::string_view RougeTypeName(RougeType type);

struct RougeScore {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

using RougeScores = std::array<RougeScore, kNumRougeTypes>;

struct RougeOptions {
  std::string tokenizer = "ascii";  // a name of rouge_tokenizers.def
  bool stemmer = false;             // Porter, as rouge_score's use_stemmer; `ascii` only
};

// Letters of a text, and those that survive into tokens: Korean under `ascii` keeps none.
struct LetterCount {
  int64_t total = 0;
  int64_t kept = 0;
  bool MostDropped() const { return kept * 2 < total; }
};

// Scores pairs under one set of options. Not thread-safe: it interns tokens.
class RougeScorer {
 public:
  // Errors: kUsage for an unknown tokenizer (nearest named), or a stemmer with a tokenizer that has
  // none.
  explicit RougeScorer(const RougeOptions& options);
  ~RougeScorer();

  // With several references the best F of each type, first of equals. Errors: kData when a text is
  // not UTF-8 or `references` is empty.
  RougeScores Score(std::string_view prediction, std::span<const std::string> references);

  // Letters lost by this tokenizer in `text`.
  LetterCount CountLetters(std::string_view text) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// Mean over rows, with the 95 % interval of the mean F1: 1,000 seeded resamples of the rows,
// percentiles 2.5 and 97.5 by linear interpolation (numpy's default; rouge_score's aggregator draws
// from numpy's global state instead).
struct RougeSummary {
  RougeScore mean;
  double low = 0;
  double high = 0;
};

struct RougeReport {
  std::array<RougeSummary, kNumRougeTypes> types;
  std::string tokenizer;
  bool stemmer = false;
  int64_t n = 0;
  std::vector<std::string> warnings;  // must be shown wherever the scores are

  // {"rouge1": {"precision", "recall", "f1", "low", "high"}, ..., "tokenizer", "stemmer", "n",
  // "warnings"}
  Json ToJson() const;
};

struct RougePair {
  std::string prediction;
  std::vector<std::string> references;
};

// Errors: as RougeScorer. No pairs is kData.
RougeReport ScoreRouge(std::span<const RougePair> pairs, const RougeOptions& options,
                       uint64_t seed);

// Mean and interval of per-row scores that were computed elsewhere. `rows` is not empty.
std::array<RougeSummary, kNumRougeTypes> SummarizeRouge(std::span<const RougeScores> rows,
                                                        uint64_t seed);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_ROUGE_H_
