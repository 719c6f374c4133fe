// The schema: the one list of keys with type, default, unit, range, activity, meaning and help
// (schema.def). Called by everything that reads or shows a configuration; knows nothing of files or
// layers.
#ifndef PLUMBLINE_HARNESS_CONFIG_SCHEMA_H_
#define PLUMBLINE_HARNESS_CONFIG_SCHEMA_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::config {

enum class Type {
  kBool,
  kInt,
  kFloat,
  kText,
  kPath,
  kChoice,
  kBoolOrNever,  // true, false or never
  kIntOrList,    // an id, or a list of ids
  kTextOrList,   // a text, or a list of texts
  kTextList,
  kFloatList,
};

enum class Meaning { kSemantic, kPlain };

struct KeySpec {
  std::string name;
  Type type = Type::kText;
  Json default_value;  // null: no value
  std::string unit;
  std::string range;   // "[0, 1]", "(0, inf)", or choices "a|b|c"; empty: any
  std::string active;  // condition, empty: always. Grammar in activity.h
  Meaning meaning = Meaning::kPlain;
  std::string
      feature;  // empty: built; else what is missing: a value other than the default is refused
  std::string help;

  bool semantic() const { return meaning == Meaning::kSemantic; }
};

// When a setting of an exclusive key speaks for the meaning of its group.
enum class Counts { kSet, kPositive, kTrue };

// One meaning, two keys: in one layer both are an error; across layers the higher layer's key
// switches the other off.
struct ExclusiveKey {
  std::string key;
  Json off;  // the value a switched-off key takes
  Counts counts = Counts::kSet;
};
struct ExclusiveGroup {
  ExclusiveKey first;
  ExclusiveKey second;  // in a checkpoint's files, where both may stand, this one counts (as in
                        // transformers)
};

// All keys in the order of schema.def.
const std::vector<KeySpec>& Schema();
const std::vector<ExclusiveGroup>& ExclusiveGroups();

// nullptr when there is no such key.
const KeySpec* FindKey(std::string_view name);
// Throws kUsage naming the nearest key; `place` says where it was written.
const KeySpec& KeyOrFail(std::string_view name, const std::string& place);
// The known key that was most likely meant.
std::string NearestKey(std::string_view name);
// True for "training", false for "training.seed".
bool IsSection(std::string_view name);

// "integer", "float", ... as errors and `config show --schema` say it.
std::string TypeName(Type type);
// Values of a range of choices; empty for other ranges.
std::vector<std::string> Choices(const KeySpec& spec);

Json SchemaToJson();

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_SCHEMA_H_
