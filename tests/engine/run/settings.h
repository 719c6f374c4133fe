// Settings as a person types them, for the tests of this package.
#ifndef PLUMBLINE_TESTS_ENGINE_RUN_SETTINGS_H_
#define PLUMBLINE_TESTS_ENGINE_RUN_SETTINGS_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/config/resolve.h"

namespace plumbline::run {

// --model MODEL and --set KEY=VALUE for each of `settings`, resolved.
inline config::Resolved ResolvedWith(const std::filesystem::path& model, const std::vector<std::string>& settings) {
  config::Inputs inputs;
  inputs.arguments.push_back({"model.path", {model.string()}, false, 1, "--model"});
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    inputs.arguments.push_back({setting.substr(0, equals), {setting.substr(equals + 1)}, false, 2, "--set"});
  }
  return config::Resolve(inputs);
}

}  // namespace plumbline::run

#endif  // PLUMBLINE_TESTS_ENGINE_RUN_SETTINGS_H_
