#include "harness/cli/arguments.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/config/alias.h"
#include "harness/config/schema.h"

namespace plumbline::cli {
namespace {

using config::Alias;
using config::Argument;
using config::Type;

// Found below the project's root when it is not below the working directory.
constexpr const char* kFixedData = "harness/data/korean/dataset";

std::string Underscored(std::string_view flag) {
  std::string name(flag);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool IsConfigFile(const std::string& word) {
  return word.ends_with(".yaml") || word.ends_with(".yml") || word.ends_with(".json");
}

bool IsFlag(const std::string& word) { return word.size() > 2 && word.starts_with("--"); }

}  // namespace

// One pass over the words. Flags may stand anywhere: their position never matters.
class Parser {
 public:
  Parser(const Verb& verb, const std::vector<std::string>& words, Arguments& result)
      : verb_(verb), words_(words), result_(result) {}

  void Parse() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_];
      if (only_positionals_ || !word.starts_with("-") || word == "-") {
        Positional(word);
        ++next_;
      } else if (word == "--") {
        only_positionals_ = true;
        ++next_;
      } else {
        Flag(word);
      }
    }
    for (const Option& option : verb_.options) RequireIfNeeded(option);
  }

 private:
  void Positional(const std::string& word) {
    if (verb_.positionals.empty()) {
      Fail(ErrorKind::kUsage, verb_.name + " argument " + std::to_string(next_),
           "the word " + Quoted(word), "flags only", "plumbline " + verb_.name + " --help");
    }
    result_.positionals_.push_back(word);
    if (verb_.config_use != ConfigUse::kNone) result_.inputs_.files.emplace_back(word);
  }

  void Flag(const std::string& word) {
    const size_t equals = word.find('=');
    spelled_ = word.substr(0, equals);
    const bool attached = equals != std::string::npos;
    const std::string value = attached ? word.substr(equals + 1) : "";
    flag_index_ = static_cast<int>(next_);
    ++next_;
    const std::string name =
        Underscored(std::string_view(spelled_).substr(spelled_.find_first_not_of('-')));
    if (const Option* option = FindOption(name)) return TakeOption(*option, attached, value);
    if (verb_.config_use != ConfigUse::kNone && word.starts_with("--")) {
      if (name == "set") return TakeSet(attached ? value : OneWord("key=value"));
      if (const Alias* alias = FindAliasOf(name)) return TakeAlias(*alias, attached, value);
    }
    FailUnknown(word);
  }

  const Option* FindOption(const std::string& name) const {
    for (const Option& option : verb_.options) {
      if (Underscored(option.name) == name) return &option;
    }
    return nullptr;
  }

  const Alias* FindAliasOf(const std::string& name) const {
    return config::FindAlias(name, verb_.config_use == ConfigUse::kTraining);
  }

  // The word after a flag, whatever it is, unless it is a flag.
  std::string OneWord(const std::string& wanted) {
    if (next_ >= words_.size() || IsFlag(words_[next_])) {
      Fail(ErrorKind::kUsage, "argument " + std::to_string(flag_index_) + " (" + spelled_ + ")",
           "no value", wanted, spelled_ + " " + wanted);
    }
    return words_[next_++];
  }

  void TakeOption(const Option& option, bool attached, const std::string& value) {
    std::vector<std::string>& values = result_.values_[Underscored(option.name)];
    if (!values.empty() && !option.repeats) {
      Fail(ErrorKind::kUsage, "argument " + std::to_string(flag_index_), "a second " + spelled_,
           "it once", "removing one of the two");
    }
    if (option.value.empty() && attached) {
      Fail(ErrorKind::kUsage, "argument " + std::to_string(flag_index_), "a value for " + spelled_,
           "the switch alone", spelled_);
    }
    const bool has_value = attached || option.value.empty();
    values.push_back(has_value ? value : OneWord(option.value));
  }

  void TakeSet(const std::string& setting) {
    const size_t equals = setting.find('=');
    spelled_ += " " + setting;
    const std::string place = "argument " + std::to_string(flag_index_) + " (" + spelled_ + ")";
    if (equals == std::string::npos || equals == 0) {
      Fail(ErrorKind::kUsage, place, "no key and '='", "--set key=value", "--set training.seed=1");
    }
    const std::string key = config::KeyOrFail(setting.substr(0, equals), place).name;
    result_.inputs_.arguments.push_back(
        Argument{key, {setting.substr(equals + 1)}, false, flag_index_, spelled_});
  }

  void TakeAlias(const Alias& alias, bool attached, const std::string& value) {
    const Type type = config::KeyOrFail(alias.key, spelled_).type;
    const bool is_list = type == Type::kTextList || type == Type::kFloatList;
    std::vector<std::string> words;
    if (attached) {
      words.push_back(value);
    } else if (type == Type::kBool) {
      words.emplace_back("true");
    } else {
      words.push_back(OneWord("VALUE"));
      while (is_list && next_ < words_.size() && !words_[next_].starts_with("--") &&
             !IsConfigFile(words_[next_])) {
        words.push_back(words_[next_++]);
      }
    }
    result_.inputs_.arguments.push_back(Argument{alias.key, words, is_list, flag_index_, spelled_});
  }

  [[noreturn]] void FailUnknown(const std::string& word) const {
    std::vector<std::string> known = {"--help"};
    for (const Option& option : verb_.options) known.push_back("--" + option.name);
    if (verb_.config_use != ConfigUse::kNone) {
      known.emplace_back("--set");
      for (const Alias& alias : config::Aliases()) {
        if (FindAliasOf(alias.flag) != nullptr) known.push_back("--" + alias.flag);
      }
    }
    Fail(ErrorKind::kUsage, "argument " + std::to_string(flag_index_),
         "the unknown flag " + Quoted(word.substr(0, word.find('='))),
         "a flag of plumbline " + verb_.name, NearestFlag(known));
  }

  // A flag that begins with the word was shortened; else the nearest by spelling.
  std::string NearestFlag(const std::vector<std::string>& known) const {
    for (const std::string& flag : known) {
      if (Underscored(flag).starts_with(Underscored(spelled_))) return flag;
    }
    return NearestName(spelled_, known);
  }

  void RequireIfNeeded(const Option& option) const {
    if (!option.required || result_.Has(option.name)) return;
    const std::string spelled = "--" + option.name + " " + option.value;
    Fail(ErrorKind::kUsage, "plumbline " + verb_.name, "no --" + option.name, spelled,
         "plumbline " + verb_.name + " --help");
  }

  const Verb& verb_;
  const std::vector<std::string>& words_;
  Arguments& result_;
  size_t next_ = 1;
  int flag_index_ = 0;
  std::string spelled_;
  bool only_positionals_ = false;
};

Arguments::Arguments(const Verb& verb, const std::vector<std::string>& words) {
  Parser(verb, words, *this).Parse();
  inputs_.environment = config::ProcessEnvironment();
  if (verb.config_use == ConfigUse::kTraining) inputs_.fixed_data = kFixedData;
}

bool Arguments::Has(std::string_view option) const { return values_.contains(Underscored(option)); }

const std::string& Arguments::Value(std::string_view option) const {
  const auto found = values_.find(Underscored(option));
  PLUMBLINE_CHECK(found != values_.end());
  return found->second.back();
}

std::vector<std::string> Arguments::Values(std::string_view option) const {
  const auto found = values_.find(Underscored(option));
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

config::Resolved Arguments::Resolve() const { return config::Resolve(inputs_); }

}  // namespace plumbline::cli
