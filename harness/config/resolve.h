// From files, environment and arguments to a Resolved: reading, layering, checking. The only door.
#ifndef PLUMBLINE_HARNESS_CONFIG_RESOLVE_H_
#define PLUMBLINE_HARNESS_CONFIG_RESOLVE_H_

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/config/resolved.h"

namespace plumbline::config {

// One setting of the command line, by flag or by --set.
struct Argument {
  std::string key;                 // schema key
  std::vector<std::string> words;  // as typed; several only for keys that hold a list
  bool is_list = false;            // the words are the items of a list
  int index = 0;                   // position on the command line, the verb being 0
  std::string spelled;             // the flag as typed: "--epochs", "--set training.seed=1"
};

struct Inputs {
  std::vector<std::filesystem::path> files;  // run or suite files; one layer
  std::vector<Argument> arguments;           // command line
  // All variables. PLUMBLINE_SET__A__B are settings; PLUMBLINE_PRESETS and PLUMBLINE_CHECKPOINTS
  // name directories.
  std::map<std::string, std::string> environment;
  // Where train.jsonl and validation.jsonl lie that a run is made on when nobody names any rows:
  // the project's fixed data, as origins call it. Empty: there is none.
  std::string fixed_data = "";
};

// The whole of DESIGN section 4. Errors: kUsage with the place and the nearest name for everything
// a person wrote wrong (unknown, duplicate, inactive, wrong type, out of range, exclusive keys, a
// feature that is not built, a derived value that disagrees); kData for unreadable files; kModel
// for a checkpoint setting we cannot honour.
Resolved Resolve(const Inputs& inputs);

// The environment of this process.
std::map<std::string, std::string> ProcessEnvironment();

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_RESOLVE_H_
