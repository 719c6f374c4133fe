// plumbline: configuration and judgement. Links no LibTorch; the verbs that need it run in
// plumbline-engine.
#include "harness/cli/program.h"
#include "harness/cli/verb_list.h"

int main(int argc, char** argv) {
  using plumbline::cli::Program;
  using plumbline::cli::Verb;
  const std::vector<Verb> verbs = {
#define VERB(Name) plumbline::cli::Name##Verb(),
#include "harness/cli/verbs.def"
#undef VERB
  };
  const Program program{"plumbline", "plumbline 0.1.0", verbs, plumbline::cli::EngineVerbs()};
  return plumbline::cli::RunProgram(program, argc, argv);
}
