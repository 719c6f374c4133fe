#include "harness/cli/verb.h"

namespace plumbline::cli {

std::vector<EngineVerb> EngineVerbs() {
  return {
#define ENGINE_VERB(Name, name, summary) EngineVerb{name, summary},
#include "harness/cli/engine_verbs.def"
#undef ENGINE_VERB
  };
}

}  // namespace plumbline::cli
