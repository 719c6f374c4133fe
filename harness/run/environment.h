// environment.json of this process: the machine's fields, what the runtime chose, which program it was.
#ifndef PLUMBLINE_HARNESS_RUN_ENVIRONMENT_H_
#define PLUMBLINE_HARNESS_RUN_ENVIRONMENT_H_

#include <filesystem>
#include <string>

#include "harness/check/machine.h"
#include "harness/config/resolved.h"

namespace plumbline::run {

// Reads the machine's key.txt (PLUMBLINE_MACHINE_KEY, else beside the program's runfiles) and adds the ISA level
// LibTorch dispatches to, threads, device and determinism. Without a key file the field "key" says so, and nothing
// compares as equal to a machine that has one.
check::Environment EnvironmentOf(const config::Resolved& config);

// SHA-256 of a checkpoint's weights: one file, or all shards in the order of their names.
std::string CheckpointDigest(const std::filesystem::path& directory);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_ENVIRONMENT_H_
