// --help: text made from a verb's own declaration, so that it cannot disagree with the parser.
#ifndef PLUMBLINE_HARNESS_CLI_HELP_H_
#define PLUMBLINE_HARNESS_CLI_HELP_H_

#include <string>

#include "harness/cli/program.h"

namespace plumbline::cli {

std::string ProgramHelp(const Program& program);
std::string VerbHelp(const Program& program, const Verb& verb);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_HELP_H_
