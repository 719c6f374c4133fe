// Model presets: files of models/, chosen by name. Their names are the words of --models.
#ifndef PLUMBLINE_HARNESS_CONFIG_PRESET_H_
#define PLUMBLINE_HARNESS_CONFIG_PRESET_H_

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace plumbline::config {

// A preset's file, and how origins call it: "models/NAME.yaml" for the project's own, else its
// path.
struct PresetFile {
  std::filesystem::path path;
  std::string shown;
};

// PLUMBLINE_PRESETS, else models/ of the project (base/project.h: checkout, runfiles, installed
// tree). Errors: kUsage for an unknown name, with `place`, the nearest and all known names.
PresetFile FindPreset(const std::string& name,
                      const std::map<std::string, std::string>& environment,
                      const std::string& place);

// Where a full-size preset keeps the config.json of its checkpoint, weights aside: NAME.config.json
// beside NAME.yaml. Presets of small checkpoints have none.
std::filesystem::path ShapeOfPreset(const PresetFile& preset);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_PRESET_H_
