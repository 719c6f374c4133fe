#include "harness/audit/reader_fixture.h"

#include "harness/audit/reader_state.h"
#include "harness/audit/settings.h"
#include "harness/base/error.h"

namespace plumbline::audit {
namespace {

Layer LayerOf(const std::string& name, const std::string& shown) {
  for (const Layer layer : {Layer::kFile, Layer::kLauncher, Layer::kCommandLine, Layer::kResolved,
                            Layer::kClaimed, Layer::kProposed}) {
    std::string known = LayerName(layer);
    for (char& c : known) c = c == ' ' ? '_' : c;
    if (known == name) return layer;
  }
  Fail(ErrorKind::kData, "reading " + Quoted(shown), "settings layer " + Quoted(name),
       "file, launcher, command_line, resolved, claimed or proposed", "\"command_line\"");
}

Interval ValueOf(const Literal& value, const std::string& shown) {
  if (value.IsList() && value.items.size() == 2) {
    const Interval low = ValueOf(value.items[0], shown);
    const Interval high = ValueOf(value.items[1], shown);
    return MakeInterval(low.Middle(), high.Middle());
  }
  const auto number = ParseDecimal(value.text);
  if (number) return number->Printed();
  Fail(ErrorKind::kData, "reading " + Quoted(shown), Quoted(value.text), "a number, or two",
       "\"value\": \"1.5\"");
}

const std::string& TextOf(const Literal& map, const char* name) {
  static const std::string kNone;
  const Literal* value = map.Find(name);
  return value == nullptr ? kNone : value->text;
}

void ReadClaim(const Literal& claim, const std::string& key, const std::string& shown,
               Evidence& run) {
  Claim made;
  made.quantity = TextOf(claim, "quantity");
  made.base = TextOf(claim, "base");
  made.place = {shown, key, claim.line};
  if (const Literal* value = claim.Find("value")) {
    made.value = ValueOf(*value, shown);
    made.text = value->text;
    for (const Literal& item : value->items) made.text += (made.text.empty() ? "" : "-") + item.text;
  }
  if (!TextOf(claim, "text").empty()) made.text = TextOf(claim, "text");
  if (const auto epoch = ParseDecimal(TextOf(claim, "epoch"))) made.at_epoch = epoch->value;
  run.claims.push_back(std::move(made));
}

void ReadReadings(const Literal* map, const std::string& prefix, const std::string& shown,
                  std::map<std::string, Reading, std::less<>>& readings) {
  if (map == nullptr) return;
  for (const auto& [key, value] : map->members) {
    if (const auto number = ParseDecimal(value.text)) {
      readings.insert_or_assign(key, Reading{*number, {shown, prefix + key, value.line}});
    }
  }
}

Evidence ReadRun(const Literal& item, const std::string& prefix, const std::string& path,
                 const std::string& shown) {
  Evidence run;
  run.name = TextOf(item, "name");
  run.model = TextOf(item, "model");
  run.path = run.name.empty() ? path : path + "#" + run.name;
  AddTrainerState(item, shown, run);
  if (const Literal* settings = item.Find("settings")) {
    for (const auto& [layer, values] : settings->members) {
      AddSettings(values, LayerOf(layer, shown), shown, run);
    }
  }
  ReadReadings(item.Find("facts"), prefix + "facts.", shown, run.facts);
  if (const Literal* words = item.Find("words")) {
    for (const auto& [key, value] : words->members) run.words.insert_or_assign(key, value.text);
  }
  if (const Literal* claims = item.Find("claims")) {
    for (size_t i = 0; i < claims->items.size(); ++i) {
      ReadClaim(claims->items[i], prefix + "claims[" + std::to_string(i) + "]", shown, run);
    }
  }
  return run;
}

}  // namespace

bool IsFixture(const Literal& document) {
  return document.IsMap() && document.Find("plumbline_audit") != nullptr;
}

Study ReadFixture(const Literal& document, const std::string& path, const std::string& shown) {
  const Literal* runs = document.Find("runs");
  if (runs == nullptr || !runs->IsList() || runs->items.empty()) {
    Fail(ErrorKind::kData, "reading " + Quoted(shown), "no runs", "a list \"runs\"",
         "{\"plumbline_audit\": 1, \"runs\": [..]}");
  }
  Study study{path, {}};
  for (size_t i = 0; i < runs->items.size(); ++i) {
    study.runs.push_back(
        ReadRun(runs->items[i], "runs[" + std::to_string(i) + "].", path, shown));
  }
  return study;
}

void MergeRun(Evidence&& from, Evidence& into) {
  for (Point& point : from.log) into.log.push_back(std::move(point));
  for (Point& point : from.evaluations) into.evaluations.push_back(std::move(point));
  for (Setting& setting : from.settings) into.settings.push_back(std::move(setting));
  for (Claim& claim : from.claims) into.claims.push_back(std::move(claim));
  into.final.insert(from.final.begin(), from.final.end());
  into.facts.insert(from.facts.begin(), from.facts.end());
  into.words.insert(from.words.begin(), from.words.end());
  if (into.model.empty()) into.model = from.model;
}

}  // namespace plumbline::audit
