// plumbline rouge: scores a file of predictions against a file of references.
#include <iostream>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number.h"
#include "harness/cli/arguments.h"
#include "harness/cli/table.h"
#include "harness/cli/verb_list.h"
#include "harness/eval/rouge.h"
#include "harness/eval/rouge_files.h"

namespace plumbline::cli {
namespace {

constexpr uint64_t kDefaultSeed = 42;
constexpr int kDigits = 4;

uint64_t SeedOf(const Arguments& arguments) {
  if (!arguments.Has("seed")) return kDefaultSeed;
  const auto seed = ParseInt(arguments.Value("seed"));
  if (seed && *seed >= 0) return static_cast<uint64_t>(*seed);
  Fail(ErrorKind::kUsage, "--seed", Quoted(arguments.Value("seed")), "a whole number of 0 or more",
       "--seed 42");
}

Json RowToJson(const std::string& fname, const eval::RougeScores& scores) {
  Json row = {{"fname", fname}};
  for (size_t type = 0; type < eval::kNumRougeTypes; ++type) {
    row[std::string(eval::RougeTypeName(static_cast<eval::RougeType>(type)))] = {
        {"precision", scores[type].precision},
        {"recall", scores[type].recall},
        {"f1", scores[type].f1}};
  }
  return row;
}

void WritePerRow(const std::vector<eval::NamedPair>& pairs, const eval::RougeOptions& options,
                 const std::string& path) {
  eval::RougeScorer scorer(options);
  AtomicFile file(path);
  for (const eval::NamedPair& named : pairs) {
    file.Write(
        RowToJson(named.fname, scorer.Score(named.pair.prediction, named.pair.references)).dump() +
        "\n");
  }
  file.Commit();
}

void Print(const eval::RougeReport& report) {
  for (const std::string& warning : report.warnings) std::cout << "WARNING: " << warning << "\n\n";
  std::vector<TableRow> rows = {{"", "precision", "recall", "F1", "95 % interval of F1"}};
  for (size_t type = 0; type < eval::kNumRougeTypes; ++type) {
    const eval::RougeSummary& summary = report.types[type];
    rows.push_back({std::string(eval::RougeTypeName(static_cast<eval::RougeType>(type))),
                    Fixed(summary.mean.precision, kDigits), Fixed(summary.mean.recall, kDigits),
                    Fixed(summary.mean.f1, kDigits),
                    Fixed(summary.low, kDigits) + " to " + Fixed(summary.high, kDigits)});
  }
  std::cout << AlignedTable(rows, 0) << "\n"
            << report.n << " rows, tokenizer " << report.tokenizer
            << (report.stemmer ? " with stemmer" : "") << "\n";
}

int RunRouge(const Arguments& arguments) {
  eval::RougeOptions options;
  if (arguments.Has("tokenizer")) options.tokenizer = arguments.Value("tokenizer");
  options.stemmer = arguments.Has("stemmer");
  eval::RougeScorer check(options);  // a wrong name is said before any file is read
  const uint64_t seed = SeedOf(arguments);
  const auto named =
      eval::JoinRougeFiles(arguments.Value("predictions"), arguments.Value("references"));
  std::vector<eval::RougePair> pairs;
  for (const eval::NamedPair& pair : named) pairs.push_back(pair.pair);
  const eval::RougeReport report = eval::ScoreRouge(pairs, options, seed);
  if (arguments.Has("per-row")) WritePerRow(named, options, arguments.Value("per-row"));
  if (arguments.json()) {
    for (const std::string& warning : report.warnings) {
      std::cerr << "plumbline rouge: warning: " << warning << "\n";
    }
    std::cout << DumpJson(report.ToJson());
  } else {
    Print(report);
  }
  return 0;
}

}  // namespace

Verb RougeVerb() {
  Verb verb;
  verb.name = "rouge";
  verb.summary = "ROUGE-1/2/L/Lsum of predictions against references";
  verb.options = {
      {"predictions", "FILE", "records with fname and prediction (JSON lines or CSV)",
       /*required=*/true},
      {"references", "FILE", "records with fname and summary: a text, or a list of references",
       /*required=*/true},
      {"tokenizer", "NAME",
       "ascii (rouge_score's; default), unicode, particle or syllable (Korean)"},
      {"stemmer", "", "Porter's stemmer; ascii only"},
      {"seed", "N", "of the 1,000 resamples behind the interval (default 42)"},
      {"per-row", "FILE", "also write the scores of every row, one JSON object a line"},
      {"json", "", "the result as JSON on stdout"},
  };
  verb.example =
      "plumbline rouge --predictions out.jsonl --references dev.jsonl --tokenizer particle";
  verb.run = RunRouge;
  return verb;
}

}  // namespace plumbline::cli
