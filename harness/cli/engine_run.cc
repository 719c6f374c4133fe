// The verb `run`: trains and evaluates one configuration into a run directory.
#include "harness/cli/arguments.h"
#include "harness/cli/engine_list.h"
#include "harness/run/run.h"
#include "harness/world/mpi_world.h"

namespace plumbline::cli {
namespace {

int Run(const Arguments& arguments) {
  run::RunOptions options;
  options.out = arguments.Value("out");
  if (arguments.Has("resume")) options.resume_from = arguments.Value("resume");
  if (arguments.Has("suite")) options.suite = arguments.Value("suite");
  const auto world = world::StartedWorld();
  run::RunCase(arguments.Resolve(), options, *world);
  return 0;
}

}  // namespace

Verb RunVerb() {
  Verb verb;
  verb.name = "run";
  verb.summary = "train and evaluate: writes a run directory";
  verb.positionals = "[CONFIG.yaml...]";
  verb.config_use = ConfigUse::kTraining;
  verb.options = {
      {.name = "out", .value = "DIR", .help = "where the run directory is made", .required = true},
      {.name = "resume", .value = "CHECKPOINT", .help = "a checkpoint-N directory to go on from"},
      {.name = "suite", .value = "NAME", .help = "name of the suite this run belongs to"},
  };
  verb.example =
      "plumbline run suites/kobart_tiny_full.yaml --out out/kobart\n"
      "plumbline run --models kobart-tiny --set data.train=my.jsonl --epochs 2 --out out/mine\n"
      "mpirun -np 2 plumbline run --models kobart-tiny --batch-size 4 --out out/two\n"
      "  (each rank 4 rows; as root with --allow-run-as-root, beyond the cores with --oversubscribe)";
  verb.run = Run;
  return verb;
}

}  // namespace plumbline::cli
