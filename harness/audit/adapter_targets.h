// What adapter_config.json says an adapter is put on: a list of names, or a regular expression whose
// groups spell names out. Used by adp-targets-partial.
#ifndef PLUMBLINE_HARNESS_AUDIT_ADAPTER_TARGETS_H_
#define PLUMBLINE_HARNESS_AUDIT_ADAPTER_TARGETS_H_

#include <string>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::audit {

// Sorted, each once; empty when absent or not understood.
std::vector<std::string> AdapterTargets(const Json& adapter);
// target_modules is one expression, not a list of names.
bool TargetsAreExpression(const Json& adapter);
// By PEFT's rule for names of a list: the whole module, or its last parts. `anywhere`: it holds
// the name, as an expression may mean.
bool TargetMatches(const std::string& module, const std::string& pattern, bool anywhere);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_ADAPTER_TARGETS_H_
