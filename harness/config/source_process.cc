// The two layers that come with the process: variables and arguments.
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "harness/base/error.h"
#include "harness/config/source.h"
#include "harness/config/value.h"

namespace plumbline::config {
namespace {

constexpr std::string_view kPrefix = "PLUMBLINE_SET__";

// TRAINING__LEARNING_RATE -> training.learning_rate
std::string KeyOfVariable(std::string_view rest) {
  std::string key;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest.substr(i, 2) == "__") {
      key += '.';
      ++i;
    } else {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(rest[i])));
    }
  }
  return key;
}

std::string VariableOfKey(std::string_view key) {
  std::string variable(kPrefix);
  for (const char c : key) {
    if (c == '.') {
      variable += "__";
    } else {
      variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return variable;
}

// PLUMBLINE_SET_TRAINING__SEED, PLUMBLINE_TRAINING__SEED: meant as a setting, and would be ignored.
bool LooksLikeSetting(std::string_view name) {
  if (name.starts_with("PLUMBLINE_SET")) return true;
  return name.starts_with("PLUMBLINE_") && name.find("__") != std::string_view::npos;
}

const KeySpec& KeyOfVariableOrFail(const std::string& name) {
  const std::string key = KeyOfVariable(std::string_view(name).substr(kPrefix.size()));
  if (const KeySpec* spec = FindKey(key)) return *spec;
  Fail(ErrorKind::kUsage, "the variable " + name, "the unknown key " + Quoted(key),
       "a key of the schema", VariableOfKey(NearestKey(key)));
}

Json ListOf(const Argument& argument, const KeySpec& spec, const std::string& place) {
  Node list;
  list.kind = Node::Kind::kList;
  for (const std::string& word : argument.words) {
    Node item = PlainScalar(word);
    item.quoted = spec.type == Type::kTextList || spec.type == Type::kTextOrList;
    list.items.push_back(item);
  }
  return ReadValue(spec, list, place);
}

}  // namespace

std::vector<Setting> ReadEnvironment(const std::map<std::string, std::string>& environment) {
  std::vector<Setting> settings;
  for (const auto& [name, value] : environment) {
    if (!LooksLikeSetting(name)) continue;
    if (!name.starts_with(kPrefix)) {
      Fail(ErrorKind::kUsage, "the variable " + name, "a name that is no setting",
           "PLUMBLINE_SET__SECTION__KEY",
           VariableOfKey("training.seed") + "=1 as a pattern, or unset " + name);
    }
    const KeySpec& spec = KeyOfVariableOrFail(name);
    Origin origin;
    origin.layer = Layer::kEnvironment;
    origin.variable = name;
    settings.push_back({&spec, ReadWord(spec, value, "the variable " + name), origin});
  }
  return settings;
}

std::vector<Setting> ReadArguments(const std::vector<Argument>& arguments) {
  std::vector<Setting> settings;
  for (const Argument& argument : arguments) {
    Origin origin;
    origin.layer = Layer::kCommandLine;
    origin.argument_index = argument.index;
    origin.argument = argument.spelled;
    const std::string place = PlaceOf(origin);
    const KeySpec& spec = KeyOrFail(argument.key, place);
    PLUMBLINE_CHECK(!argument.words.empty());
    const Json value =
        argument.is_list ? ListOf(argument, spec, place) : ReadWord(spec, argument.words[0], place);
    settings.push_back({&spec, value, origin});
  }
  return settings;
}

std::map<std::string, std::string> ProcessEnvironment() {
  std::map<std::string, std::string> environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

}  // namespace plumbline::config
