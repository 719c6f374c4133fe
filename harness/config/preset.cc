#include "harness/config/preset.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/base/project.h"

namespace plumbline::config {
namespace {

struct Directory {
  std::filesystem::path path;
  std::string shown;
};

Directory PresetDirectory(const std::map<std::string, std::string>& environment) {
  const auto named = environment.find("PLUMBLINE_PRESETS");
  if (named != environment.end() && !named->second.empty()) return {named->second, named->second};
  return {ProjectRoot() / "models", "models"};
}

std::vector<std::string> NamesIn(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(directory, code)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

PresetFile FindPreset(const std::string& name,
                      const std::map<std::string, std::string>& environment,
                      const std::string& place) {
  const Directory directory = PresetDirectory(environment);
  const std::vector<std::string> names = NamesIn(directory.path);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    Fail(ErrorKind::kUsage, place, "the unknown preset " + Quoted(name),
         names.empty() ? "a preset in " + Quoted(directory.path.string()) + ", which holds none"
                       : "one of: " + Joined(names),
         names.empty() ? "PLUMBLINE_PRESETS=DIR" : Quoted(NearestName(name, names)));
  }
  const std::string file = name + ".yaml";
  return {directory.path / file, (std::filesystem::path(directory.shown) / file).string()};
}

std::filesystem::path ShapeOfPreset(const PresetFile& preset) {
  return std::filesystem::path(preset.path).replace_extension(".config.json");
}

}  // namespace plumbline::config
