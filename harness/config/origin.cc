#include "harness/config/origin.h"

#include <array>
#include <utility>

#include "harness/base/error.h"

namespace plumbline::config {
namespace {

using LayerRow = std::pair<Layer, std::string_view>;

constexpr std::array<LayerRow, 8> kLayers = {{
    {Layer::kDefault, "default"},
    {Layer::kDerived, "derived"},
    {Layer::kCheckpoint, "checkpoint"},
    {Layer::kPreset, "preset"},
    {Layer::kInclude, "include"},
    {Layer::kSuite, "suite"},
    {Layer::kEnvironment, "environment"},
    {Layer::kCommandLine, "command line"},
}};

Layer LayerOf(const std::string& name) {
  for (const auto& [layer, layer_name] : kLayers) {
    if (layer_name == name) return layer;
  }
  Fail(ErrorKind::kData, "reading an origin", "the layer " + Quoted(name), "a known layer",
       "the plumbline that wrote the file");
}

}  // namespace

std::string LayerName(Layer layer) {
  return std::string(kLayers[static_cast<size_t>(layer)].second);
}

bool IsWrittenForRun(Layer layer) { return layer >= Layer::kInclude; }

std::string PlaceOf(const Origin& origin) {
  std::string place;
  if (!origin.file.empty()) {
    place = origin.file;
    if (origin.line > 0) {
      place += ":" + std::to_string(origin.line) + ":" + std::to_string(origin.column);
    }
  } else if (!origin.variable.empty()) {
    place = origin.variable;
  } else if (!origin.argument.empty()) {
    place = "argument " + std::to_string(origin.argument_index) + " (" + origin.argument + ")";
  }
  if (origin.formula.empty()) return place;
  return place.empty() ? origin.formula : place + ", " + origin.formula;
}

std::string Describe(const Origin& origin) {
  const std::string place = PlaceOf(origin);
  return place.empty() ? LayerName(origin.layer) : LayerName(origin.layer) + " " + place;
}

Json ToJson(const Origin& origin) {
  Json json = {{"layer", LayerName(origin.layer)}};
  if (!origin.file.empty()) json["file"] = origin.file;
  if (origin.line > 0) json["line"] = origin.line;
  if (origin.column > 0) json["column"] = origin.column;
  if (!origin.argument.empty()) {
    json["argument_index"] = origin.argument_index;
    json["argument"] = origin.argument;
  }
  if (!origin.variable.empty()) json["variable"] = origin.variable;
  if (!origin.formula.empty()) json["formula"] = origin.formula;
  return json;
}

Origin OriginFromJson(const Json& json) {
  try {
    Origin origin;
    origin.layer = LayerOf(json.at("layer").get<std::string>());
    origin.file = json.value("file", "");
    origin.line = json.value("line", 0);
    origin.column = json.value("column", 0);
    origin.argument_index = json.value("argument_index", 0);
    origin.argument = json.value("argument", "");
    origin.variable = json.value("variable", "");
    origin.formula = json.value("formula", "");
    return origin;
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kData, "reading an origin", error.what(), "{\"layer\": ...}",
         "the plumbline that wrote the file");
  }
}

}  // namespace plumbline::config
