// The declarations made from verbs.def: listed without a file is a link error, a file without a
// line does not compile.
#ifndef PLUMBLINE_HARNESS_CLI_VERB_LIST_H_
#define PLUMBLINE_HARNESS_CLI_VERB_LIST_H_

#include "harness/cli/verb.h"

namespace plumbline::cli {

#define VERB(Name) Verb Name##Verb();
#include "harness/cli/verbs.def"
#undef VERB

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_VERB_LIST_H_
