// Starting a program and waiting for it.
#ifndef PLUMBLINE_HARNESS_SUITE_PROCESS_H_
#define PLUMBLINE_HARNESS_SUITE_PROCESS_H_

#include <string>
#include <vector>

namespace plumbline::suite {

// Runs `words[0]` with the others as arguments, inheriting stdin, stdout, stderr and the environment; returns its exit
// status, 128 + the signal that ended it. Errors: kEnvironment when it cannot be started.
int RunProcess(const std::vector<std::string>& words);

}  // namespace plumbline::suite

#endif  // PLUMBLINE_HARNESS_SUITE_PROCESS_H_
