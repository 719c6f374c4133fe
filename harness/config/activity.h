// Conditions of the schema's "active when" column, and whether they hold.
//
// Grammar: TERM { " and " TERM }; TERM is KEY (true, or holds a value), KEY " > " NUMBER, KEY " = "
// WORD{"|"WORD}.
#ifndef PLUMBLINE_HARNESS_CONFIG_ACTIVITY_H_
#define PLUMBLINE_HARNESS_CONFIG_ACTIVITY_H_

#include <map>
#include <string>

#include "harness/config/resolved.h"

namespace plumbline::config {

// The first term that fails under these values; empty when the condition holds. Errors: kInternal
// for a condition that names no key.
std::string FailingTerm(const std::string& condition, const std::map<std::string, Entry>& entries);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_ACTIVITY_H_
