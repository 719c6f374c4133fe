// What a pickle says, as data: an arena of nodes that refer to each other by index, so that a value
// shared a million times costs one node. Called by the walker (which fills it) and by readers of
// its result; it must not know opcodes.
#ifndef PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_VALUE_H_
#define PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::audit {

struct PickleNode {
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kBytes,   // text holds them
    kList,    // items
    kTuple,   // items
    kSet,     // items
    kDict,    // items: key, value, key, value
    kGlobal,  // text "module name"
    kObject,  // an instance or the result of a call: items {class, arguments}, then its states
  };
  Kind kind = Kind::kNone;
  bool flag = false;
  int64_t number = 0;
  double real = 0;
  std::string text;
  std::vector<size_t> items;
};

struct PickleValue {
  std::vector<PickleNode> nodes;
  size_t root = 0;
};

// The value as JSON. dict, list, tuple, set, str, int, float, bool and None are themselves (a
// non-finite float is a text); an enum member is its value; a torch.device its name; any other
// instance is its state (or its arguments) with "__class__": "module.name". Errors: kData when it
// is deeper than 100 levels or unfolds to more than 200,000 values or 16 MiB of text (a memo bomb),
// when a key is no scalar, or when a text is not UTF-8.
Json ToJson(const PickleValue& value);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_VALUE_H_
