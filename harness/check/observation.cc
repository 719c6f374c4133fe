#include "harness/check/observation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>

#include "harness/base/error.h"
#include "harness/base/json_fields.h"
#include "harness/base/nearest.h"
#include "harness/base/number.h"

namespace plumbline::check {
namespace {

constexpr std::string_view kSchemaName = "plumbline.observations";
constexpr int kSchemaMajor = 1;
constexpr int kSchemaMinor = 0;

const std::array<std::string, 6> kClassNames = {"D0", "D1", "D2", "N1", "N2", "C"};
const std::array<std::string, 3> kDirectionNames = {"higher", "lower", "any"};
const std::array<std::string, 3> kStatusNames = {"complete", "failed", "interrupted"};
const std::array<std::string, 3> kTypeNames = {"integer", "real", "text"};

size_t IndexOf(std::span<const std::string> names, std::string_view text, const char* what) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) {
    Fail(ErrorKind::kData, std::string("reading a ") + what, Quoted(text), "a known one",
         Quoted(NearestName(text, names)));
  }
  return static_cast<size_t>(found - names.begin());
}

// Names and units stand unquoted in baseline lines, so blanks, quotes, '=' and '[' at the front
// cannot be in them.
bool IsWord(const std::string& text) {
  const auto allowed = [](char c) {
    return c > ' ' && c < 127 && c != '"' && c != '\\' && c != '=';
  };
  return !text.empty() && text.front() != '[' && text.front() != '#' &&
         std::ranges::all_of(text, allowed);
}

bool IsBad(double value) { return !std::isfinite(value) || value < 0; }

std::string ToleranceDefect(const Observation& observation) {
  const Envelope& envelope = observation.envelope;
  if (observation.metric_class == MetricClass::kC) {
    return IsBad(observation.quantum) ? "a quantum that is negative or not a number" : "";
  }
  if (observation.metric_class != MetricClass::kD2) return "";
  const bool bad = IsBad(envelope.start) || IsBad(envelope.doubling_steps) || IsBad(envelope.cap) ||
                   IsBad(envelope.floor);
  if (bad) return "an envelope that is negative or not a number";
  return envelope.start > 0 && envelope.cap >= envelope.start
             ? ""
             : "an envelope without start <= cap above 0";
}

std::string ValuesDefect(const Observation& observation) {
  if (observation.values.empty()) return "no values";
  const size_t type = observation.values.front().index();
  for (const Value& value : observation.values) {
    if (value.index() != type) return "values of mixed types";
    if (IsNonFinite(value)) return "a value that is " + ShortestDecimal(std::get<double>(value));
  }
  const bool exact =
      observation.metric_class == MetricClass::kD0 || observation.metric_class == MetricClass::kD1;
  return type == 2 && !exact ? "text in a class that compares sizes" : "";
}

Json ValueToJson(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return HexFloat(*real);
  if (const auto* integer = std::get_if<int64_t>(&value)) return *integer;
  return std::get<std::string>(value);
}

Value ValueFromJson(const Json& json, const std::string& type, const JsonFields& fields) {
  if (type == "integer" && json.is_number_integer()) return json.get<int64_t>();
  if (type == "text" && json.is_string()) return json.get<std::string>();
  if (type == "real" && json.is_string()) {
    if (const auto value = ParseDouble(json.get<std::string>())) return *value;
  }
  fields.Refuse("values", json.dump(), "values of type " + type);
}

}  // namespace

std::string ToText(MetricClass metric_class) {
  return kClassNames[static_cast<size_t>(metric_class)];
}
std::string ToText(Direction direction) { return kDirectionNames[static_cast<size_t>(direction)]; }
std::string ToText(RunStatus status) { return kStatusNames[static_cast<size_t>(status)]; }

MetricClass MetricClassFromText(std::string_view text) {
  return static_cast<MetricClass>(IndexOf(kClassNames, text, "metric class"));
}

Direction DirectionFromText(std::string_view text) {
  return static_cast<Direction>(IndexOf(kDirectionNames, text, "direction"));
}

std::string TypeName(const Observation& observation) {
  return kTypeNames[observation.values.empty() ? 1 : observation.values.front().index()];
}

Observation BoundedTwin(const Observation& series, const Envelope& envelope) {
  Observation twin = series;
  twin.metric_class = MetricClass::kD2;
  twin.envelope = envelope;
  return twin;
}

bool IsNonFinite(const Value& value) {
  const auto* real = std::get_if<double>(&value);
  return real != nullptr && !std::isfinite(*real);
}

std::string DefectOf(const Observation& observation) {
  if (!IsWord(observation.name)) return "the name " + Quoted(observation.name);
  if (!IsWord(observation.unit)) return "the unit " + Quoted(observation.unit);
  const std::string tolerance = ToleranceDefect(observation);
  return tolerance.empty() ? ValuesDefect(observation) : tolerance;
}

Json ToJson(const Observation& observation) {
  Json json{{"name", observation.name},      {"class", ToText(observation.metric_class)},
            {"unit", observation.unit},      {"direction", ToText(observation.direction)},
            {"type", TypeName(observation)}, {"values", Json::array()}};
  for (const Value& value : observation.values) json["values"].push_back(ValueToJson(value));
  if (observation.metric_class == MetricClass::kC) json["quantum"] = observation.quantum;
  if (observation.metric_class == MetricClass::kD2) {
    const Envelope& envelope = observation.envelope;
    json["envelope"] = {{"start", envelope.start},
                        {"doubling_steps", envelope.doubling_steps},
                        {"cap", envelope.cap},
                        {"floor", envelope.floor}};
  }
  return json;
}

Json ToJson(const ObservationSet& set) {
  Json json{{"schema", SchemaStamp(kSchemaName, kSchemaMajor, kSchemaMinor)},
            {"suite", set.suite},
            {"status", ToText(set.status)},
            {"problems", set.problems},
            {"observations", Json::array()}};
  for (const Observation& observation : set.observations)
    json["observations"].push_back(ToJson(observation));
  return json;
}

Observation ObservationFromJson(const Json& json) {
  const std::string name = JsonFields(json, "observations.json").Text("name");
  const JsonFields fields(json, "observations.json '" + name + "'");
  Observation observation;
  observation.name = name;
  observation.metric_class = MetricClassFromText(fields.Text("class"));
  observation.unit = fields.Text("unit");
  observation.direction = DirectionFromText(fields.Text("direction"));
  const std::string& type = fields.Text("type");
  IndexOf(kTypeNames, type, "value type");
  for (const Json& value : fields.Array("values")) {
    observation.values.push_back(ValueFromJson(value, type, fields));
  }
  if (observation.metric_class == MetricClass::kC) observation.quantum = fields.Number("quantum");
  if (observation.metric_class == MetricClass::kD2) {
    const JsonFields envelope(fields.Object("envelope"),
                              "observations.json '" + name + "'.envelope");
    observation.envelope = {envelope.Number("start"), envelope.Number("doubling_steps"),
                            envelope.Number("cap"), envelope.Number("floor")};
  }
  return observation;
}

ObservationSet ObservationSetFromJson(const Json& json) {
  RequireSchema(json, kSchemaName, kSchemaMajor, "observations.json");
  const JsonFields fields(json, "observations.json");
  ObservationSet set;
  set.suite = fields.Text("suite");
  set.status = static_cast<RunStatus>(IndexOf(kStatusNames, fields.Text("status"), "run status"));
  set.problems = fields.Texts("problems");
  std::set<std::pair<std::string, MetricClass>> seen;
  for (const Json& item : fields.Array("observations")) {
    set.observations.push_back(ObservationFromJson(item));
    const Observation& last = set.observations.back();
    if (!seen.emplace(last.name, last.metric_class).second) {
      fields.Refuse("observations",
                    Quoted(last.name) + " twice in class " + ToText(last.metric_class), "it once");
    }
  }
  return set;
}

}  // namespace plumbline::check
