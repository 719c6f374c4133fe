// A suite from its configuration to a verdict: drift check, the run itself, judgement, report; and its acceptance.
// Called by the program that //suites starts; runs plumbline-engine as a process, so it links no Torch.
#ifndef PLUMBLINE_HARNESS_SUITE_SUITE_H_
#define PLUMBLINE_HARNESS_SUITE_SUITE_H_

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/check/comparison.h"

namespace plumbline::suite {

struct Suite {
  std::string name;
  std::filesystem::path config;     // the suite's file
  std::filesystem::path baselines;  // baselines/NAME
  std::filesystem::path engine;     // plumbline-engine
  std::filesystem::path resume;     // a checkpoint to go on from; empty: from the start
};

// Where a check leaves its results.
struct Places {
  std::filesystem::path work;     // run directories, weights included
  std::filesystem::path outputs;  // what people keep: verdict.txt, comparison.json, report/, run/ without weights
  std::filesystem::path junit;    // XML_OUTPUT_FILE; empty: none
};

// Judges the settings before a step is run, then runs and judges the work. The exit status is the verdict's.
// A run that fails, even after its last file was written, reads INVALID with how it ended; a wrong configuration is the
// error it is (kUsage).
check::Comparison Check(const Suite& suite, const Places& places);

// Runs the suite twice and stores what both measured. Returns what changed, for people. Errors: those of AcceptRuns,
// kData when a run fails.
std::vector<std::string> Accept(const Suite& suite, const std::filesystem::path& work, const std::string& reason);

}  // namespace plumbline::suite

#endif  // PLUMBLINE_HARNESS_SUITE_SUITE_H_
