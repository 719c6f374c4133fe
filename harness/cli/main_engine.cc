// plumbline-engine: the verbs that train, generate and measure with LibTorch. Started by plumbline.
#include <ATen/Version.h>
#include <torch/headeronly/version.h>

#include <string>

#include "harness/cli/engine_list.h"
#include "harness/cli/program.h"

namespace {

std::string Version() {
  return "plumbline-engine 0.1.0, LibTorch " + std::to_string(TORCH_VERSION_MAJOR) + "." +
         std::to_string(TORCH_VERSION_MINOR) + "." + std::to_string(TORCH_VERSION_PATCH) + ", " +
         at::get_cpu_capability();
}

}  // namespace

int main(int argc, char** argv) {
  using plumbline::cli::Program;
  using plumbline::cli::Verb;
  const std::vector<Verb> verbs = {
#define ENGINE_VERB(Name, name, summary) plumbline::cli::Name##Verb(),
#include "harness/cli/engine_verbs.def"
#undef ENGINE_VERB
  };
  return plumbline::cli::RunProgram(Program{"plumbline-engine", Version(), verbs, {}}, argc, argv);
}
