// From a scalar or list as written to a typed value, strictly: what could be read in two ways is an
// error.
#ifndef PLUMBLINE_HARNESS_CONFIG_VALUE_H_
#define PLUMBLINE_HARNESS_CONFIG_VALUE_H_

#include <string>

#include "harness/base/json.h"
#include "harness/config/node.h"
#include "harness/config/schema.h"

namespace plumbline::config {

// The value of `spec` written as `node`; `place` names where. Integers and floats are decimal; a
// float key takes an integer, never the reverse; booleans are exactly true and false; a quoted
// number is text; null only where the default is null. Errors: kUsage with place, key, what was
// found and what to write.
Json ReadValue(const KeySpec& spec, const Node& node, const std::string& place);

// The same for one word of a variable or argument: text keys take it as it is; [a, b] is a list
// elsewhere.
Json ReadWord(const KeySpec& spec, const std::string& word, const std::string& place);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_VALUE_H_
