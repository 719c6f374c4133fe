#include "harness/check/comparison.h"

#include <algorithm>
#include <array>

#include "harness/base/json_fields.h"
#include "harness/base/number.h"

namespace plumbline::check {
namespace {

constexpr std::string_view kSchemaName = "plumbline.comparison";
constexpr int kSchemaMajor = 1;
constexpr int kSchemaMinor = 1;

constexpr std::array<const char*, 9> kStatusNames = {"same",           "worse",        "better",
                                                     "changed",        "missing",      "new",
                                                     "not comparable", "insufficient", "invalid"};

Json ToJson(const Divergence& divergence) {
  Json json{{"first_index", divergence.first_index},
            {"baseline", divergence.baseline},
            {"candidate", divergence.candidate},
            {"ulps", nullptr},
            {"single_precision", divergence.single_precision},
            {"largest_relative", ShortestDecimal(divergence.largest_relative)},
            {"differing", divergence.differing},
            {"compared", divergence.compared}};
  if (divergence.ulps) json["ulps"] = *divergence.ulps;
  return json;
}

Json ToJson(const Row& row) {
  Json json{{"name", row.name},
            {"class", ToText(row.metric_class)},
            {"unit", row.unit},
            {"direction", ToText(row.direction)},
            {"rule", row.rule},
            {"status", ToText(row.decision.status)},
            {"gates", row.decision.gates},
            {"reason", row.decision.reason},
            {"baseline", row.baseline},
            {"candidate", row.candidate},
            {"divergence", nullptr}};
  if (row.decision.divergence) json["divergence"] = ToJson(*row.decision.divergence);
  return json;
}

Json ToJson(const ledger::Identity& identity) {
  return Json{{"name", identity.name},         {"formula", identity.formula},
              {"declared", identity.declared}, {"observed", identity.observed},
              {"holds", identity.holds},       {"key", identity.key}};
}

Json ToJson(const Cell& cell) {
  return Json{
      {"plane", cell.plane}, {"state", cell.state}, {"count", cell.count}, {"detail", cell.detail}};
}

Json ToJson(const ConfigChange& change) {
  return Json{{"key", change.key},           {"kind", change.kind},
              {"semantic", change.semantic}, {"drifts", change.drifts},
              {"baseline", change.baseline}, {"candidate", change.candidate},
              {"sentence", change.sentence}};
}

Json ToJson(const LedgerRow& row) {
  return Json{{"name", row.name},
              {"declared", row.declared},
              {"observed", row.observed},
              {"baseline", row.baseline}};
}

Json ToJson(const Cause& cause) {
  return Json{{"plane", cause.plane},
              {"id", cause.id},
              {"sentence", cause.sentence},
              {"strength", cause.strength}};
}

Json ToJson(const FieldDifference& difference) {
  return Json{{"name", difference.name},
              {"baseline", difference.baseline},
              {"candidate", difference.candidate}};
}

Json HexFloats(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) json.push_back(HexFloat(value));
  return json;
}

Json ToJson(const Curve& curve) {
  return Json{{"name", curve.name},
              {"unit", curve.unit},
              {"baseline", HexFloats(curve.baseline)},
              {"candidate", HexFloats(curve.candidate)}};
}

template <typename T>
Json List(const std::vector<T>& items) {
  Json json = Json::array();
  for (const T& item : items) json.push_back(ToJson(item));
  return json;
}

}  // namespace

std::string ToText(RowStatus status) { return kStatusNames[static_cast<size_t>(status)]; }

int64_t CountRows(const Comparison& comparison, RowStatus status) {
  return std::ranges::count_if(comparison.rows,
                               [&](const Row& row) { return row.decision.status == status; });
}

std::string AcceptCommand(const std::string& suite) {
  return "bazel run //suites:" + suite + ".accept -- --reason \"...\"";
}

Json ToJson(const Comparison& comparison) {
  return Json{{"schema", SchemaStamp(kSchemaName, kSchemaMajor, kSchemaMinor)},
              {"suite", comparison.suite},
              {"baseline", comparison.baseline_label},
              {"candidate", comparison.candidate_label},
              {"verdict", ToText(comparison.verdict)},
              {"exit_status", comparison.exit_status()},
              {"trained", comparison.trained},
              {"headline", comparison.headline},
              {"causes", List(comparison.causes)},
              {"problems", comparison.problems},
              {"inventory", List(comparison.inventory)},
              {"config", List(comparison.config)},
              {"shadows", comparison.shadows},
              {"identities", List(comparison.identities)},
              {"ledger", List(comparison.ledger)},
              {"planned_steps",
               {{"baseline", comparison.planned_steps_baseline},
                {"candidate", comparison.planned_steps_candidate}}},
              {"rows", List(comparison.rows)},
              {"curves", List(comparison.curves)},
              {"not_comparable", List(comparison.not_comparable)},
              {"audit", ToJson(comparison.audit)},
              {"notes", comparison.notes},
              {"next", comparison.next}};
}

}  // namespace plumbline::check
