// What both programs share: finding the verb, help, exit statuses, the one place that catches
// errors.
#ifndef PLUMBLINE_HARNESS_CLI_PROGRAM_H_
#define PLUMBLINE_HARNESS_CLI_PROGRAM_H_

#include <string>
#include <vector>

#include "harness/cli/verb.h"

namespace plumbline::cli {

struct Program {
  std::string name;
  std::string version;  // what --version prints
  std::vector<Verb> verbs;
  std::vector<EngineVerb> engine_verbs;  // handed to plumbline-engine; empty in the engine itself
};

// The whole of main: returns the exit status of DESIGN section 3. Results to stdout, all else to
// stderr.
int RunProgram(const Program& program, int argc, char** argv);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_PROGRAM_H_
