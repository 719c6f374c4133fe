// Hands a command line over to plumbline-engine, the program that links LibTorch.
#ifndef PLUMBLINE_HARNESS_CLI_ENGINE_PROCESS_H_
#define PLUMBLINE_HARNESS_CLI_ENGINE_PROCESS_H_

#include <filesystem>

namespace plumbline::cli {

// PLUMBLINE_ENGINE, else `plumbline-engine` beside this program. Errors: kEnvironment when there is
// none.
std::filesystem::path EnginePath();

// Replaces this process by the engine with the same arguments. Returns only by throwing
// kEnvironment.
[[noreturn]] void BecomeEngine(char** argv);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_ENGINE_PROCESS_H_
