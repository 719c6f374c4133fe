// Environment: what the numbers were made on, both sides where both are runs.
#include <set>

#include "reports/section.h"

namespace plumbline::report {
namespace {

constexpr int kRank = 4;

const check::Fields* FieldsOf(const std::optional<Run>& run,
                              check::Fields check::Environment::*group) {
  return run && run->environment ? &((*run->environment).*group) : nullptr;
}

Text FieldText(const check::Fields* fields, const std::string& name) {
  if (fields == nullptr) return {"not stored here", "", Tone::kMuted};
  const auto found = fields->find(name);
  return found == fields->end() ? Text{"absent", "", Tone::kMuted} : Text{found->second};
}

void AddGroup(const Facts& facts, const std::string& group_name,
              check::Fields check::Environment::*group, Table& table) {
  const check::Fields* base = FieldsOf(facts.base, group);
  const check::Fields* candidate = FieldsOf(facts.candidate, group);
  std::set<std::string> names;
  for (const check::Fields* fields : {base, candidate}) {
    if (fields == nullptr) continue;
    for (const auto& [name, value] : *fields) names.insert(name);
  }
  for (const std::string& name : names) {
    table.rows.push_back(
        {"environment." + group_name + "." + name,
         {{name}, {group_name}, FieldText(base, name), FieldText(candidate, name)}});
  }
}

}  // namespace

Section EnvironmentSection(const Facts& facts) {
  Section section{"environment", "Environment", {}};
  Table table{"",
              "Fields of the machine and the program",
              {{"field"}, {"group"}, {"baseline"}, {"candidate"}},
              {}};
  AddGroup(facts, "machine", &check::Environment::machine, table);
  AddGroup(facts, "code", &check::Environment::code, table);
  AddGroup(facts, "covariate", &check::Environment::covariates, table);
  if (table.rows.empty()) {
    section.blocks.push_back(
        {Paragraph{{"No environment was recorded: the run left no environment.json."}}});
    return section;
  }
  section.blocks.push_back({std::move(table), kRank, true});
  return section;
}

}  // namespace plumbline::report
