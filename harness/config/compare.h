// What changed between two resolved configurations, and what silently lost inside one.
// Used for CONFIG_DRIFT, for the check on resume, for `config diff` and for the top of every run.
#ifndef PLUMBLINE_HARNESS_CONFIG_COMPARE_H_
#define PLUMBLINE_HARNESS_CONFIG_COMPARE_H_

#include <string>
#include <vector>

#include "harness/config/resolved.h"

namespace plumbline::config {

enum class ChangeKind {
  kValue,       // the value in force differs: drift
  kChain,       // same value, another origin or other shadows: a note
  kOnlyBefore,  // the schema of `after` has no such key
  kOnlyAfter,
};

struct Difference {
  std::string key;
  ChangeKind kind = ChangeKind::kValue;
  bool semantic = false;  // it changes what is computed
  Entry before;           // default-constructed for kOnlyAfter
  Entry after;
};

// All differences, semantic ones first, then by name. Inactive on both sides: never a value change.
std::vector<Difference> Compare(const Resolved& before, const Resolved& after);

// The semantic changes of value alone: not empty means CONFIG_DRIFT.
std::vector<Difference> SemanticDrift(const Resolved& before, const Resolved& after);

// One line: "training.x: 1 (suite a.yaml:3:5) -> 4 (preset models/b.yaml:2:3)".
std::string Describe(const Difference& difference);

// Throws kUsage naming each semantic key whose value differs from the one saved in `checkpoint`,
// with both origins.
void RequireSameOnResume(const Resolved& saved, const Resolved& now, const std::string& checkpoint);

// For the top of every run: one line for each semantic key in force over a different value that a
// lower layer set: "training.x = 1 (command line argument 4 (--x)) shadows 4 (preset
// models/b.yaml:2:3)".
std::vector<std::string> SemanticShadows(const Resolved& resolved);

// A value as configs and tables show it: text bare, lists as [a, b], null as "-".
std::string ValueText(const Json& value);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_COMPARE_H_
