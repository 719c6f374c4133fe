// The verb `score`: teacher-forced likelihood of the references under a checkpoint.
#include <cstdio>

#include "harness/cli/arguments.h"
#include "harness/cli/engine_list.h"
#include "harness/run/inference.h"

namespace plumbline::cli {
namespace {

int RunScore(const Arguments& arguments) {
  const run::InferenceReport report = run::ScoreRows(arguments.Resolve(), arguments.Value("out"));
  std::fprintf(stderr, "scored %lld rows, %lld target tokens, %.4f nats a token in %.2f s\n",
               static_cast<long long>(report.num_rows), static_cast<long long>(report.num_tokens),
               report.nll_sum / static_cast<double>(report.num_tokens), report.seconds);
  return 0;
}

}  // namespace

Verb ScoreVerb() {
  Verb verb;
  verb.name = "score";
  verb.summary = "negative log-likelihood of the references, one JSON line a row";
  verb.positionals = "[CONFIG.yaml...] --model DIR --data FILE";
  verb.config_use = ConfigUse::kGeneration;
  verb.options = {
      {.name = "out",
       .value = "F.jsonl",
       .help = "fname, nll (summed, in nats), tokens; it appears when it is whole",
       .required = true},
  };
  verb.example = "plumbline score --model out/kobart --data dev.jsonl --out scores.jsonl";
  verb.run = RunScore;
  return verb;
}

}  // namespace plumbline::cli
