// The verb `eval`: generation, ROUGE, loss and speed of a checkpoint.
#include <cstdio>
#include <iostream>

#include "harness/base/number.h"
#include "harness/cli/arguments.h"
#include "harness/cli/engine_list.h"
#include "harness/cli/table.h"
#include "harness/run/inference.h"

namespace plumbline::cli {
namespace {

constexpr int kDigits = 4;

void Print(const Json& results) {
  std::cout << results["n"] << " rows, loss " << Fixed(results["eval_loss"], kDigits)
            << " nats a token, " << Fixed(results["eval_gen_len"], 1) << " tokens a summary, "
            << Fixed(results["speed"]["generate_rows_per_s"], 2) << " rows/s\n";
  if (!results.contains("rouge")) {
    std::cout << "ROUGE is left out: there is no tokenizer that gives text\n";
    return;
  }
  std::vector<TableRow> rows = {{"F1", "rouge1", "rouge2", "rougeL", "rougeLsum"}};
  for (const auto& [tokenizer, report] : results["rouge"].items()) {
    TableRow row = {tokenizer};
    for (const char* type : {"rouge1", "rouge2", "rougeL", "rougeLsum"}) {
      row.push_back(Fixed(report[type]["f1"], kDigits));
    }
    rows.push_back(row);
  }
  std::cout << AlignedTable(rows, 0);
}

int RunEval(const Arguments& arguments) {
  const Json results = run::EvaluateCheckpoint(arguments.Resolve(), arguments.Value("out"));
  if (arguments.json()) {
    std::cout << DumpJson(results);
  } else {
    Print(results);
  }
  return 0;
}

}  // namespace

Verb EvalVerb() {
  Verb verb;
  verb.name = "eval";
  verb.summary = "generation, ROUGE, loss and speed of a checkpoint";
  verb.positionals = "[CONFIG.yaml...] --model DIR --data FILE";
  verb.config_use = ConfigUse::kGeneration;
  verb.options = {
      {.name = "out",
       .value = "DIR",
       .help = "predictions.jsonl, all_results.json, resolved_config.json, environment.json",
       .required = true},
      {.name = "json", .value = "", .help = "the results as JSON on stdout"},
  };
  verb.example = "plumbline eval --model out/kobart --data dev.jsonl --num-beams 4 --out out/eval";
  verb.run = RunEval;
  return verb;
}

}  // namespace plumbline::cli
