// The verb `merge`: a checkpoint and its adapter as one plain checkpoint.
#include <cstdio>

#include "harness/cli/arguments.h"
#include "harness/cli/engine_list.h"
#include "harness/run/merge.h"

namespace plumbline::cli {
namespace {

int RunMerge(const Arguments& arguments) {
  const std::string& out = arguments.Value("out");
  const run::MergeReport report = run::MergeCheckpoint(arguments.Resolve(), out);
  std::fprintf(stderr, "merged %lld modules and %lld tensors trained whole into %s, in %s\n",
               static_cast<long long>(report.modules), static_cast<long long>(report.whole),
               out.c_str(), report.dtype.c_str());
  return 0;
}

}  // namespace

Verb MergeVerb() {
  Verb verb;
  verb.name = "merge";
  verb.summary = "a checkpoint and its adapter as one plain checkpoint";
  verb.positionals = "[CONFIG.yaml...] --model DIR --adapter DIR";
  verb.config_use = ConfigUse::kGeneration;
  verb.options = {
      {.name = "out",
       .value = "DIR",
       .help =
           "config.json, model.safetensors, tokenizer; new or empty. model.dtype: of the weights",
       .required = true},
  };
  verb.example =
      "plumbline merge --model checkpoints/llama --adapter out/lora --out out/merged\n"
      "plumbline merge suites/llama_tiny_lora.yaml --adapter out/lora --out out/merged --set "
      "model.dtype=bfloat16";
  verb.run = RunMerge;
  return verb;
}

}  // namespace plumbline::cli
