// What compare and baseline share: where baselines lie, and how a comparison leaves the program.
#ifndef PLUMBLINE_HARNESS_CLI_JUDGEMENT_H_
#define PLUMBLINE_HARNESS_CLI_JUDGEMENT_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/check/comparison.h"
#include "harness/cli/arguments.h"

namespace plumbline::cli {

// --baselines DIR, --strict, --out FILE.json, --junit FILE.xml, --json.
std::vector<Option> JudgementOptions();

// --baselines, else `baselines` in the workspace of `bazel run`, else in the working directory.
std::filesystem::path BaselinesDirectory(const Arguments& arguments);

// The directory of a suite's baselines. Errors: kUsage with the nearest name when there is none.
std::filesystem::path SuiteDirectory(const Arguments& arguments, const std::string& suite);

// Terminal text, or JSON with --json, on stdout; the files that were asked for; returns the exit
// status.
int Deliver(const check::Comparison& comparison, const Arguments& arguments);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_JUDGEMENT_H_
