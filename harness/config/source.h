// Readers of the layers: from files, presets, checkpoints, variables and arguments to typed
// settings with origins. Called by Resolve alone; knows nothing of precedence.
#ifndef PLUMBLINE_HARNESS_CONFIG_SOURCE_H_
#define PLUMBLINE_HARNESS_CONFIG_SOURCE_H_

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/config/origin.h"
#include "harness/config/resolve.h"
#include "harness/config/schema.h"

namespace plumbline::config {

struct Setting {
  const KeySpec* spec = nullptr;
  Json value;
  Origin origin;
};

struct CheckpointSettings {
  std::vector<Setting> settings;
  std::string model_type;  // config.json's; empty when it has none
  Origin model_type_origin;
  std::vector<std::string> unknown;  // "name (file:line:column)": listed, without effect here
};

// Suite files and, transitively, what they include (each file once). Errors: kUsage; an include
// cycle shows its chain.
std::vector<Setting> ReadFiles(const std::vector<std::filesystem::path>& files);

// One file as one layer, without includes. `shown` is the file's name in origins.
std::vector<Setting> ReadPresetFile(const std::filesystem::path& file, const std::string& shown);

// PLUMBLINE_SET__A__B=value. Errors: kUsage for a variable of that family that names no key.
std::vector<Setting> ReadEnvironment(const std::map<std::string, std::string>& environment);

std::vector<Setting> ReadArguments(const std::vector<Argument>& arguments);

// generation_config.json or, without one, the generation fields of config.json, as transformers
// does. Null means not set. Errors: kModel for a setting that changes the output and that Plumbline
// has no key for.
CheckpointSettings ReadCheckpoint(const std::filesystem::path& directory, const std::string& shown);

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_SOURCE_H_
