// The verb `generate`: predictions of a checkpoint for a file of rows.
#include <cstdio>

#include "harness/cli/arguments.h"
#include "harness/cli/engine_list.h"
#include "harness/run/inference.h"

namespace plumbline::cli {
namespace {

int RunGenerate(const Arguments& arguments) {
  const run::InferenceReport report =
      run::GenerateRows(arguments.Resolve(), arguments.Value("out"));
  std::fprintf(stderr, "generated %lld rows, %lld tokens in %.2f s\n",
               static_cast<long long>(report.num_rows), static_cast<long long>(report.num_tokens),
               report.seconds);
  return 0;
}

}  // namespace

Verb GenerateVerb() {
  Verb verb;
  verb.name = "generate";
  verb.summary = "predictions of a checkpoint, one JSON line a row";
  verb.positionals = "[CONFIG.yaml...] --model DIR --data FILE";
  verb.config_use = ConfigUse::kGeneration;
  verb.options = {
      {.name = "out",
       .value = "F.jsonl",
       .help = "fname, prediction, token_ids, score; it appears when it is whole",
       .required = true},
  };
  verb.example =
      "plumbline generate --model out/kobart --data dev.jsonl --num-beams 4 --out "
      "predictions.jsonl";
  verb.run = RunGenerate;
  return verb;
}

}  // namespace plumbline::cli
