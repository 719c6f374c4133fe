// From settings of all layers to entries: who wins, who is shadowed, which of two exclusive keys
// counts. Called by Resolve alone; knows nothing of files, activity or features.
#ifndef PLUMBLINE_HARNESS_CONFIG_LAYERING_H_
#define PLUMBLINE_HARNESS_CONFIG_LAYERING_H_

#include <map>
#include <string>
#include <vector>

#include "harness/config/resolved.h"
#include "harness/config/source.h"

namespace plumbline::config {

using Entries = std::map<std::string, Entry>;

// Refuses a key set twice in one layer, and both keys of an exclusive group in one layer. Errors:
// kUsage with both places. A checkpoint may hold both: there the group's second key counts, as in
// transformers.
void RequireOncePerLayer(const std::vector<Setting>& settings);

// Every key of the schema with its chain.
Entries Layered(const std::vector<Setting>& settings);

// Within each exclusive group the key of the higher layer stays; the other takes its off value,
// keeps what it held among its shadows, and is inactive.
void SwitchOffLosers(Entries& entries);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_LAYERING_H_
