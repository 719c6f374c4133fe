// Flags of the command line that stand for keys: HuggingFace's names, and those of the experiment
// reports.
#ifndef PLUMBLINE_HARNESS_CONFIG_ALIAS_H_
#define PLUMBLINE_HARNESS_CONFIG_ALIAS_H_

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::config {

enum class AliasScope {
  kTraining,    // only where a model is trained
  kGeneration,  // only where a trained model is used
  kBoth,
};

struct Alias {
  std::string flag;  // with underscores, without dashes in front
  std::string key;
  AliasScope scope = AliasScope::kBoth;
};

// All flags in the order of aliases.def.
const std::vector<Alias>& Aliases();

// The alias of `flag` (underscores) where training is or is not done; nullptr when there is none.
const Alias* FindAlias(std::string_view flag, bool training);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_ALIAS_H_
