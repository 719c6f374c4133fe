// The declarations made from engine_verbs.def, for the files engine_<name>.cc.
#ifndef PLUMBLINE_HARNESS_CLI_ENGINE_LIST_H_
#define PLUMBLINE_HARNESS_CLI_ENGINE_LIST_H_

#include "harness/cli/verb.h"

namespace plumbline::cli {

#define ENGINE_VERB(Name, name, summary) Verb Name##Verb();
#include "harness/cli/engine_verbs.def"
#undef ENGINE_VERB

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_ENGINE_LIST_H_
