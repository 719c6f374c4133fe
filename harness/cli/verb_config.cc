// plumbline config show | explain KEY | diff A B.
#include <iostream>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/cli/arguments.h"
#include "harness/cli/table.h"
#include "harness/cli/verb_list.h"
#include "harness/config/compare.h"
#include "harness/config/schema.h"

namespace plumbline::cli {
namespace {

using config::Difference;
using config::Entry;
using config::KeySpec;
using config::Resolved;
using config::ValueText;

constexpr int kDriftStatus = 5;

Resolved ResolveWithout(const Arguments& arguments, size_t words) {
  config::Inputs inputs = arguments.inputs();
  inputs.files.erase(inputs.files.begin(),
                     inputs.files.begin() + static_cast<std::ptrdiff_t>(words));
  return config::Resolve(inputs);
}

int ShowSchema(bool json) {
  if (json) {
    std::cout << DumpJson(config::SchemaToJson());
    return 0;
  }
  std::vector<TableRow> rows = {{"KEY", "DEFAULT", "UNIT", "VALUES", "WHAT"}};
  for (const KeySpec& spec : config::Schema()) {
    std::string what = spec.help;
    if (!spec.active.empty()) what += "; active when " + spec.active;
    if (!spec.semantic()) what += "; not semantic";
    if (!spec.feature.empty()) what += "; NOT BUILT: " + spec.feature;
    const std::string values = spec.range.empty() ? config::TypeName(spec.type)
                               : spec.type == config::Type::kChoice
                                   ? spec.range
                                   : config::TypeName(spec.type) + " in " + spec.range;
    rows.push_back({spec.name, ValueText(spec.default_value), spec.unit, values, what});
  }
  std::cout << AlignedTable(rows, 0) << "\nIn one layer only one of:\n";
  for (const config::ExclusiveGroup& group : config::ExclusiveGroups()) {
    std::cout << "  " << group.first.key << ", " << group.second.key << "\n";
  }
  return 0;
}

int Show(const Arguments& arguments) {
  if (arguments.Has("schema")) return ShowSchema(arguments.json());
  const Resolved resolved = ResolveWithout(arguments, 1);
  if (arguments.json()) {
    std::cout << DumpJson(resolved.ToJson());
    return 0;
  }
  const std::vector<std::string> shadows = config::SemanticShadows(resolved);
  if (!shadows.empty()) std::cout << "Shadowed settings that change results:\n";
  for (const std::string& line : shadows) std::cout << "  " << line << "\n";
  if (!shadows.empty()) std::cout << "\n";
  std::vector<TableRow> rows = {{"KEY", "VALUE", "LAYER", "PLACE"}};
  for (const KeySpec& spec : config::Schema()) {
    const Entry& entry = resolved.At(spec.name);
    if (arguments.Has("explicit") && !resolved.IsExplicit(spec.name)) continue;
    rows.push_back({spec.name, ValueText(entry.value), LayerName(entry.origin.layer),
                    PlaceOf(entry.origin) + (entry.active ? "" : " (without effect)")});
  }
  std::cout << AlignedTable(rows, 0);
  if (!resolved.unknown_in_checkpoint().empty())
    std::cout << "\nIn the checkpoint, without effect here:\n";
  for (const std::string& name : resolved.unknown_in_checkpoint())
    std::cout << "  " << name << "\n";
  return 0;
}

int Explain(const Arguments& arguments) {
  if (arguments.positionals().size() < 2) {
    Fail(ErrorKind::kUsage, "plumbline config explain", "no key", "KEY [CONFIG.yaml...]",
         "plumbline config explain training.learning_rate");
  }
  const KeySpec& spec = config::KeyOrFail(arguments.positionals()[1], "plumbline config explain");
  const Resolved resolved = ResolveWithout(arguments, 2);
  const Entry& entry = resolved.At(spec.name);
  if (arguments.json()) {
    Json json = resolved.ToJson()["values"][spec.name];
    json["key"] = spec.name;
    json["schema"] = config::SchemaToJson()["keys"][spec.name];
    std::cout << DumpJson(json);
    return 0;
  }
  std::cout << spec.name << " = " << ValueText(entry.value)
            << (entry.active ? "" : " (without effect)") << "\n  " << spec.help
            << (spec.unit.empty() ? "" : " [" + spec.unit + "]") << "\n\n";
  std::vector<TableRow> rows = {{"<- in force", ValueText(entry.value),
                                 LayerName(entry.origin.layer), PlaceOf(entry.origin)}};
  for (const config::Shadow& shadow : entry.shadowed) {
    rows.push_back({"shadowed", ValueText(shadow.value), LayerName(shadow.origin.layer),
                    PlaceOf(shadow.origin)});
  }
  for (TableRow& row : rows) row = {row[1], row[2], row[3].empty() ? "schema" : row[3], row[0]};
  std::cout << AlignedTable(rows, 2);
  return 0;
}

// A run directory, a resolved_config.json, or a configuration to resolve.
Resolved ConfigOf(const std::filesystem::path& named, const config::Inputs& inputs) {
  const std::filesystem::path inside = named / "resolved_config.json";
  const std::filesystem::path file = std::filesystem::is_directory(named) ? inside : named;
  if (file.filename() == "resolved_config.json")
    return Resolved::FromJson(ReadJsonFile(file), file.string());
  config::Inputs one = inputs;
  one.files = {file};
  return config::Resolve(one);
}

std::string KindName(const Difference& difference) {
  switch (difference.kind) {
    case config::ChangeKind::kValue:
      return "value";
    case config::ChangeKind::kChain:
      return "chain";
    case config::ChangeKind::kOnlyBefore:
      return "only_before";
    case config::ChangeKind::kOnlyAfter:
      return "only_after";
  }
  return "";
}

Json DifferenceToJson(const Difference& difference) {
  const auto side = [](const Entry& entry) {
    return Json{{"value", entry.value}, {"origin", ToJson(entry.origin)}};
  };
  return {{"key", difference.key},
          {"kind", KindName(difference)},
          {"semantic", difference.semantic},
          {"before", side(difference.before)},
          {"after", side(difference.after)}};
}

void PrintDifferences(const std::vector<Difference>& differences, const std::string& title,
                      bool chain, bool semantic) {
  std::vector<TableRow> rows;
  for (const Difference& difference : differences) {
    const bool is_chain = difference.kind == config::ChangeKind::kChain;
    if (is_chain != chain || (!chain && difference.semantic != semantic)) continue;
    rows.push_back(
        {difference.key, ValueText(difference.before.value), "->",
         ValueText(difference.after.value),
         Describe(difference.before.origin) + " -> " + Describe(difference.after.origin)});
  }
  if (!rows.empty()) std::cout << title << "\n" << AlignedTable(rows, 2);
}

int Diff(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.positionals();
  if (words.size() != 3) {
    Fail(ErrorKind::kUsage, "plumbline config diff", std::to_string(words.size() - 1) + " names",
         "two: configs or run directories", "plumbline config diff A B");
  }
  const Resolved before = ConfigOf(words[1], arguments.inputs());
  const Resolved after = ConfigOf(words[2], arguments.inputs());
  const std::vector<Difference> differences = config::Compare(before, after);
  const bool drift = !config::SemanticDrift(before, after).empty();
  if (arguments.json()) {
    Json list = Json::array();
    for (const Difference& difference : differences) list.push_back(DifferenceToJson(difference));
    std::cout << DumpJson({{"drift", drift}, {"differences", list}});
    return drift ? kDriftStatus : 0;
  }
  PrintDifferences(differences, "Changes results:", false, true);
  PrintDifferences(differences, "Changes no result:", false, false);
  PrintDifferences(differences, "Same value, other chain:", true, false);
  if (differences.empty()) std::cout << "No difference.\n";
  return drift ? kDriftStatus : 0;
}

int RunConfig(const Arguments& arguments) {
  const std::vector<std::string> known = {"show", "explain", "diff"};
  const std::string word = arguments.positionals().empty() ? "" : arguments.positionals()[0];
  if (word == "show") return Show(arguments);
  if (word == "explain") return Explain(arguments);
  if (word == "diff") return Diff(arguments);
  Fail(ErrorKind::kUsage, "plumbline config", word.empty() ? "no word after it" : Quoted(word),
       "show, explain KEY or diff A B", "plumbline config " + NearestName(word, known));
}

}  // namespace

Verb ConfigVerb() {
  Verb verb;
  verb.name = "config";
  verb.summary = "what a configuration resolves to, and which layer said so";
  verb.positionals = "show [CONFIG...] | explain KEY [CONFIG...] | diff A B";
  verb.config_use = ConfigUse::kTraining;
  verb.options = {
      {"schema", "", "show: every key with default, unit, range and meaning, instead"},
      {"explicit", "", "show: only keys that somebody set"},
      {"json", "", "the result as JSON on stdout"},
  };
  verb.example =
      "plumbline config show suites/kobart_tiny_full.yaml --explicit\n"
      "plumbline config explain training.gradient_accumulation_steps --models kobart-tiny\n"
      "plumbline config diff runs/before runs/after    (exit 5 when results may change)";
  verb.run = RunConfig;
  return verb;
}

}  // namespace plumbline::cli
