#include "harness/config/alias.h"

namespace plumbline::config {

const std::vector<Alias>& Aliases() {
  static const std::vector<Alias> aliases = {
#define ALIAS(flag, key, scope) Alias{flag, key, AliasScope::scope},
#include "harness/config/aliases.def"
#undef ALIAS
  };
  return aliases;
}

const Alias* FindAlias(std::string_view flag, bool training) {
  const AliasScope other = training ? AliasScope::kGeneration : AliasScope::kTraining;
  for (const Alias& alias : Aliases()) {
    if (alias.flag == flag && alias.scope != other) return &alias;
  }
  return nullptr;
}

}  // namespace plumbline::config
