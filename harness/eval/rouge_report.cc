// Means, intervals and warnings over many pairs; rouge.cc scores one.
#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/base/random.h"
#include "harness/eval/rouge.h"

namespace plumbline::eval {
namespace {

constexpr int kNumResamples = 1000;     // rouge_score's BootstrapAggregator
constexpr double kLowQuantile = 0.025;  // a 95 % interval
constexpr double kHighQuantile = 0.975;

// numpy.percentile's default, linear between the two nearest ranks. `sorted` is not empty.
double Quantile(const std::vector<double>& sorted, double fraction) {
  const double rank = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(rank));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - static_cast<double>(below));
}

RougeScore MeanOf(std::span<const RougeScores> rows, size_t type) {
  RougeScore mean;
  for (const RougeScores& row : rows) {
    mean.precision += row[type].precision;
    mean.recall += row[type].recall;
    mean.f1 += row[type].f1;
  }
  const auto n = static_cast<double>(rows.size());
  return {mean.precision / n, mean.recall / n, mean.f1 / n};
}

// Texts that lost most of their letters, on one side of the pairs.
struct Losses {
  int64_t num_texts = 0;
  int64_t num_lost = 0;
  LetterCount letters;

  void Add(const LetterCount& count) {
    ++num_texts;
    num_lost += count.MostDropped();
    letters.total += count.total;
    letters.kept += count.kept;
  }

  std::string ToText(const std::string& what) const {
    return std::to_string(num_lost) + " of " + std::to_string(num_texts) + " " + what + " (" +
           std::to_string(letters.kept) + " of " + std::to_string(letters.total) + " letters kept)";
  }
};

std::vector<std::string> WarningsOf(std::span<const RougePair> pairs, const RougeScorer& scorer,
                                    const std::string& tokenizer) {
  Losses predictions, references;
  for (const RougePair& pair : pairs) {
    predictions.Add(scorer.CountLetters(pair.prediction));
    for (const std::string& reference : pair.references)
      references.Add(scorer.CountLetters(reference));
  }
  if (predictions.num_lost + references.num_lost == 0) return {};
  return {"the ROUGE tokenizer " + Quoted(tokenizer) + " drops more than half of the letters of " +
          references.ToText("references") + " and " + predictions.ToText("predictions") +
          ": these scores say little about them, and identical texts can score 0; use particle, "
          "unicode or "
          "syllable"};
}

}  // namespace

std::array<RougeSummary, kNumRougeTypes> SummarizeRouge(std::span<const RougeScores> rows,
                                                        uint64_t seed) {
  PLUMBLINE_CHECK(!rows.empty());
  std::array<std::vector<double>, kNumRougeTypes> means;
  SplitMix64 stream = NamedStream(seed, "rouge.bootstrap");
  const auto n = static_cast<double>(rows.size());
  for (int resample = 0; resample < kNumResamples; ++resample) {
    std::array<double, kNumRougeTypes> sums{};
    for (size_t i = 0; i < rows.size(); ++i) {
      const RougeScores& row = rows[stream.Below(rows.size())];
      for (size_t type = 0; type < kNumRougeTypes; ++type) sums[type] += row[type].f1;
    }
    for (size_t type = 0; type < kNumRougeTypes; ++type) means[type].push_back(sums[type] / n);
  }
  std::array<RougeSummary, kNumRougeTypes> summaries;
  for (size_t type = 0; type < kNumRougeTypes; ++type) {
    std::sort(means[type].begin(), means[type].end());
    summaries[type] = {MeanOf(rows, type), Quantile(means[type], kLowQuantile),
                       Quantile(means[type], kHighQuantile)};
  }
  return summaries;
}

RougeReport ScoreRouge(std::span<const RougePair> pairs, const RougeOptions& options,
                       uint64_t seed) {
  if (pairs.empty()) {
    Fail(ErrorKind::kData, "scoring predictions", "none", "at least one",
         "a file with predictions");
  }
  RougeScorer scorer(options);
  std::vector<RougeScores> rows;
  for (const RougePair& pair : pairs)
    rows.push_back(scorer.Score(pair.prediction, pair.references));
  RougeReport report;
  report.types = SummarizeRouge(rows, seed);
  report.tokenizer = options.tokenizer;
  report.stemmer = options.stemmer;
  report.n = std::ssize(pairs);
  report.warnings = WarningsOf(pairs, scorer, options.tokenizer);
  return report;
}

Json RougeReport::ToJson() const {
  Json json = {{"tokenizer", tokenizer}, {"stemmer", stemmer}, {"n", n}, {"warnings", warnings}};
  for (size_t type = 0; type < kNumRougeTypes; ++type) {
    const RougeSummary& summary = types[type];
    json[std::string(RougeTypeName(static_cast<RougeType>(type)))] = {
        {"precision", summary.mean.precision},
        {"recall", summary.mean.recall},
        {"f1", summary.mean.f1},
        {"low", summary.low},
        {"high", summary.high}};
  }
  return json;
}

}  // namespace plumbline::eval
