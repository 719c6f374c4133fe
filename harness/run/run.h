// One case from data to a run directory, top to bottom. Called by the verb `run` and by the suites.
#ifndef PLUMBLINE_HARNESS_RUN_RUN_H_
#define PLUMBLINE_HARNESS_RUN_RUN_H_

#include <filesystem>
#include <string>

#include "harness/config/resolved.h"
#include "harness/world/world.h"

namespace plumbline::run {

struct RunOptions {
  std::filesystem::path out;          // the run directory; made when it is missing
  std::filesystem::path resume_from;  // a checkpoint-N directory; empty: from the start
  std::string suite;                  // name in observations.json; empty: the experiment's name, else "run"
};

// Trains, evaluates when there is data.validation, measures, and writes DESIGN section 5's files to `out`:
// resolved_config.json first, observations.json last. Errors: those of its parts; what was written before stays,
// and observations.json then does not exist or says that the run is not complete.
// Under a launcher this is one of several processes: all train, rank 0 writes, speaks and evaluates.
void RunCase(const config::Resolved& config, const RunOptions& options, world::World& world);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_RUN_H_
