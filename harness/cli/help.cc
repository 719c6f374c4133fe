#include "harness/cli/help.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "harness/config/alias.h"

namespace plumbline::cli {
namespace {

using Row = std::pair<std::string, std::string>;

constexpr size_t kWidth = 92;

std::string Table(const std::vector<Row>& rows) {
  size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.first.size());
  std::string text;
  for (const auto& [left, right] : rows) {
    text += "  " + left + std::string(width - left.size() + 2, ' ') + right + "\n";
  }
  return text;
}

std::string Wrapped(const std::vector<std::string>& words) {
  std::string text;
  std::string line = " ";
  for (const std::string& word : words) {
    if (line.size() + 1 + word.size() > kWidth) {
      text += line + "\n";
      line = " ";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

std::string Dashed(std::string flag) {
  std::replace(flag.begin(), flag.end(), '_', '-');
  return "--" + flag;
}

std::string ConfigFlags(ConfigUse use) {
  const bool training = use == ConfigUse::kTraining;
  std::vector<std::string> flags;
  for (const config::Alias& alias : config::Aliases()) {
    if (config::FindAlias(alias.flag, training) == &alias) flags.push_back(Dashed(alias.flag));
  }
  return "Flags that stand for configuration keys (- and _ are equal):\n" + Wrapped(flags);
}

std::string Indented(const std::string& lines) {
  std::string text = "  ";
  for (const char c : lines) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text + "\n";
}

}  // namespace

std::string ProgramHelp(const Program& program) {
  std::vector<Row> rows;
  for (const Verb& verb : program.verbs) rows.emplace_back(verb.name, verb.summary);
  for (const EngineVerb& verb : program.engine_verbs) rows.emplace_back(verb.name, verb.summary);
  return program.name + ": benchmark and regression tests of fine-tuned summarization models\n\n" +
         "Usage: " + program.name + " VERB ...    " + program.name + " VERB --help\n\nVerbs:\n" +
         Table(rows) +
         "\nExit status: 0 pass; 1 regression or defect; 2 usage or config error; 3 could not be "
         "judged;\n"
         "4 internal error; 5 config drift; 6 gate blind; 130 interrupted.\n";
}

std::string VerbHelp(const Program& program, const Verb& verb) {
  const bool reads_config = verb.config_use != ConfigUse::kNone;
  std::string usage = "plumbline " + verb.name;
  if (!verb.positionals.empty()) usage += " " + verb.positionals;
  for (const Option& option : verb.options) {
    if (option.required) usage += " --" + option.name + " " + option.value;
  }
  if (reads_config) usage += " [--set key=value ...]";
  std::vector<Row> rows;
  for (const Option& option : verb.options) {
    rows.emplace_back(Dashed(option.name) + (option.value.empty() ? "" : " " + option.value),
                      option.help);
  }
  if (reads_config) rows.emplace_back("--set key=value", "one configuration key; repeatable");
  rows.emplace_back("--help", "this page");
  std::string text = verb.name + ": " + verb.summary + "\n\nUsage: " + usage +
                     " [options]\n\nOptions:\n" + Table(rows);
  if (reads_config) text += "\n" + ConfigFlags(verb.config_use);
  text += "\nExample:\n" + Indented(verb.example);
  return text + "\nSee also: " + program.name + " --help\n";
}

}  // namespace plumbline::cli
