#include "harness/cli/program.h"

#include <algorithm>
#include <exception>
#include <iostream>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/cli/arguments.h"
#include "harness/cli/engine_process.h"
#include "harness/cli/help.h"

namespace plumbline::cli {
namespace {

constexpr int kInternalError = 4;

[[noreturn]] void FailUnknownVerb(const Program& program, const std::string& word) {
  std::vector<std::string> known;
  for (const Verb& verb : program.verbs) known.push_back(verb.name);
  for (const EngineVerb& verb : program.engine_verbs) known.push_back(verb.name);
  Fail(ErrorKind::kUsage, program.name, "the unknown verb " + Quoted(word),
       "a verb (" + program.name + " --help lists them)", NearestName(word, known));
}

bool WantsHelp(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin() + 1, end,
                     [](const std::string& word) { return word == "--help" || word == "-h"; });
}

int RunVerb(const Program& program, const Verb& verb, const std::vector<std::string>& words) {
  if (WantsHelp(words)) {
    std::cout << VerbHelp(program, verb);
    return 0;
  }
  return verb.run(Arguments(verb, words));
}

int Dispatch(const Program& program, int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    std::cerr << ProgramHelp(program);
    return ExitStatusOf(ErrorKind::kUsage);
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    std::cout << ProgramHelp(program);
    return 0;
  }
  if (words[0] == "--version") {
    std::cout << program.version << "\n";
    return 0;
  }
  for (const Verb& verb : program.verbs) {
    if (verb.name == words[0]) return RunVerb(program, verb, words);
  }
  for (const EngineVerb& verb : program.engine_verbs) {
    if (verb.name == words[0]) BecomeEngine(argv);
  }
  FailUnknownVerb(program, words[0]);
}

}  // namespace

int RunProgram(const Program& program, int argc, char** argv) {
  try {
    const int status = Dispatch(program, argc, argv);
    std::cout.flush();
    if (!std::cout) {
      Fail(ErrorKind::kEnvironment, "writing the result", "a standard output that takes no more",
           "room for all of it", "another file or pipe");
    }
    return status;
  } catch (const Error& error) {
    std::cerr << program.name << ": " << error.what() << "\n";
    return ExitStatusOf(error.kind());
  } catch (const std::exception& error) {
    std::cerr << program.name << ": internal error: found " << error.what()
              << ", wanted no exception of this type here; try reporting this as a bug\n";
    return kInternalError;
  }
}

}  // namespace plumbline::cli
