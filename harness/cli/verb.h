// A verb of the command line: what it is called, takes and does. One file a verb, one line in a
// list: verb_<name>.cc and verbs.def for `plumbline`; engine_<name>.cc and engine_verbs.def for
// `plumbline-engine`.
#ifndef PLUMBLINE_HARNESS_CLI_VERB_H_
#define PLUMBLINE_HARNESS_CLI_VERB_H_

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::cli {

class Arguments;

// A flag of one verb. `-` and `_` are equal in its name.
struct Option {
  std::string name;   // "out", without dashes
  std::string value;  // what help calls its value: "DIR"; empty: a switch without one
  std::string help;
  bool required = false;
  bool repeats = false;
};

// Which configuration flags the verb takes, beside CONFIG.yaml... and --set key=value.
enum class ConfigUse {
  kNone,        // reads no configuration
  kTraining,    // `run`: all model flags and those of the experiment reports
  kGeneration,  // eval, generate, score: the model flags; --batch-size is the evaluation batch
};

struct Verb {
  std::string name;
  std::string summary;      // one line, for `plumbline --help`
  std::string positionals;  // "CONFIG.yaml...", "BASE CANDIDATE"; empty: none allowed
  ConfigUse config_use =
      ConfigUse::kNone;  // kNone: positionals are the verb's own; else they are config files
  std::vector<Option> options;
  std::string example;  // complete command lines, one a line
  // Does the work and returns the exit status (0, 1, 3, 5 or 6). Errors are thrown, never returned.
  int (*run)(const Arguments& arguments) = nullptr;
};

// A verb that lives in the other program, known here by name.
struct EngineVerb {
  std::string name;
  std::string summary;
};

// All lines of engine_verbs.def.
std::vector<EngineVerb> EngineVerbs();

}  // namespace plumbline::cli

#endif  // PLUMBLINE_HARNESS_CLI_VERB_H_
