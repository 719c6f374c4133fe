#include "harness/config/schema.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/nearest.h"

namespace plumbline::config {
namespace {

struct Tables {
  std::vector<KeySpec> keys;
  std::vector<ExclusiveGroup> groups;
};

Tables ReadDefinitions() {
  Tables tables;
  const auto key = [&](const char* name, Type type, const char* value, const char* unit,
                       const char* range, const char* active, Meaning meaning, const char* feature,
                       const char* help) {
    tables.keys.push_back(
        KeySpec{name, type, Json::parse(value), unit, range, active, meaning, feature, help});
  };
  const auto group = [&](const char* first, const char* first_off, Counts first_counts,
                         const char* second, const char* second_off, Counts second_counts) {
    tables.groups.push_back(ExclusiveGroup{{first, Json::parse(first_off), first_counts},
                                           {second, Json::parse(second_off), second_counts}});
  };
#define KEY(name, type, value, unit, range, active, meaning, feature, help) \
  key(name, Type::type, value, unit, range, active, Meaning::meaning, feature, help);
#define EXCLUSIVE(first, first_off, first_counts, second, second_off, second_counts) \
  group(first, first_off, Counts::first_counts, second, second_off, Counts::second_counts);
#include "harness/config/schema.def"
#undef KEY
#undef EXCLUSIVE
  return tables;
}

const Tables& Definitions() {
  static const Tables tables = ReadDefinitions();
  return tables;
}

std::vector<std::string> KeyNames() {
  std::vector<std::string> names;
  for (const KeySpec& spec : Schema()) names.push_back(spec.name);
  return names;
}

// The name's last part when exactly one key ends in it: `learning_rate` was meant as
// training.learning_rate.
std::string KeyEndingIn(std::string_view leaf) {
  std::string found;
  for (const KeySpec& spec : Schema()) {
    const size_t dot = spec.name.rfind('.');
    if (std::string_view(spec.name).substr(dot + 1) != leaf) continue;
    if (!found.empty()) return "";
    found = spec.name;
  }
  return found;
}

Json KeyToJson(const KeySpec& spec) {
  return {{"default", spec.default_value},
          {"type", TypeName(spec.type)},
          {"unit", spec.unit},
          {"range", spec.range},
          {"active_when", spec.active},
          {"semantic", spec.semantic()},
          {"built", spec.feature.empty()},
          {"missing_feature", spec.feature},
          {"help", spec.help}};
}

}  // namespace

const std::vector<KeySpec>& Schema() { return Definitions().keys; }

const std::vector<ExclusiveGroup>& ExclusiveGroups() { return Definitions().groups; }

const KeySpec* FindKey(std::string_view name) {
  for (const KeySpec& spec : Schema()) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

const KeySpec& KeyOrFail(std::string_view name, const std::string& place) {
  if (const KeySpec* spec = FindKey(name)) return *spec;
  Fail(ErrorKind::kUsage, place, "the unknown key " + Quoted(name),
       "a key of the schema (plumbline config show --schema)", Quoted(NearestKey(name)));
}

std::string NearestKey(std::string_view name) {
  const std::string same_leaf = KeyEndingIn(name.substr(name.rfind('.') + 1));
  return same_leaf.empty() ? NearestName(name, KeyNames()) : same_leaf;
}

bool IsSection(std::string_view name) {
  return std::any_of(Schema().begin(), Schema().end(), [&](const KeySpec& spec) {
    return spec.name.size() > name.size() && spec.name.starts_with(name) &&
           spec.name[name.size()] == '.';
  });
}

std::string TypeName(Type type) {
  switch (type) {
    case Type::kBool:
      return "true or false";
    case Type::kInt:
      return "an integer";
    case Type::kFloat:
      return "a number";
    case Type::kText:
      return "text";
    case Type::kPath:
      return "a path";
    case Type::kChoice:
      return "one of a set";
    case Type::kBoolOrNever:
      return "true, false or never";
    case Type::kIntOrList:
      return "an integer or a list of integers";
    case Type::kTextOrList:
      return "text or a list of text";
    case Type::kTextList:
      return "a list of text";
    case Type::kFloatList:
      return "a list of numbers";
  }
  return "";
}

std::vector<std::string> Choices(const KeySpec& spec) {
  std::vector<std::string> choices;
  if (spec.type != Type::kChoice) return choices;
  size_t begin = 0;
  while (begin <= spec.range.size()) {
    const size_t end = std::min(spec.range.find('|', begin), spec.range.size());
    choices.push_back(spec.range.substr(begin, end - begin));
    begin = end + 1;
  }
  return choices;
}

Json SchemaToJson() {
  Json keys = Json::object();
  for (const KeySpec& spec : Schema()) keys[spec.name] = KeyToJson(spec);
  Json groups = Json::array();
  for (const ExclusiveGroup& group : ExclusiveGroups()) {
    groups.push_back({group.first.key, group.second.key});
  }
  return {{"keys", keys}, {"exclusive", groups}};
}

}  // namespace plumbline::config
