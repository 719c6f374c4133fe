#include "reports/chain.h"

#include "harness/config/compare.h"
#include "harness/config/origin.h"

namespace plumbline::report {
namespace {

TableRow LayerRow(const std::string& side, const Json& value, const Json& origin_json,
                  bool in_force) {
  const config::Origin origin = config::OriginFromJson(origin_json);
  const Tone tone = in_force ? Tone::kPlain : Tone::kMuted;
  return {"",
          {{side, "", tone},
           {config::ValueText(value), "", tone, true},
           {config::LayerName(origin.layer), "", tone},
           {config::PlaceOf(origin), "", tone, true},
           {in_force ? "in force" : "shadowed", "", tone}}};
}

void AddSide(const std::string& side, const Json& entry, Table& table) {
  if (entry.is_null()) {
    table.rows.push_back({"", {{side}, {"-"}, {""}, {""}, {"no such setting"}}});
    return;
  }
  table.rows.push_back(LayerRow(side, entry.at("value"), entry.at("origin"), true));
  for (const Json& shadow : entry.at("shadowed")) {
    table.rows.push_back(LayerRow(side, shadow.at("value"), shadow.at("origin"), false));
  }
}

}  // namespace

Table ChainTable(const check::ConfigChange& change, const std::string& id) {
  Table table{id, change.key, {{"side"}, {"value"}, {"layer"}, {"where"}, {"state"}}, {}};
  AddSide("candidate", change.candidate, table);
  AddSide("baseline", change.baseline, table);
  return table;
}

}  // namespace plumbline::report
