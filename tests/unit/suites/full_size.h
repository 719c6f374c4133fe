// The configurations of //suites:nightly, resolved without their weights: the folder of checkpoints
// holds a config.json of the right shape for each preset.
#ifndef PLUMBLINE_TESTS_UNIT_SUITES_FULL_SIZE_H_
#define PLUMBLINE_TESTS_UNIT_SUITES_FULL_SIZE_H_

#include <cstdlib>
#include <filesystem>
#include <string>

#include "harness/base/file.h"
#include "harness/base/project.h"
#include "harness/config/preset.h"
#include "harness/config/resolve.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::testing {

class FullSize {
 public:
  // Of suites/NAME.yaml.
  config::Resolved Resolve(const std::string& name) const {
    config::Inputs inputs;
    inputs.files = {ProjectRoot() / "suites" / (name + ".yaml")};
    inputs.environment["PLUMBLINE_CHECKPOINTS"] = checkpoints_.path().string();
    ::setenv("PLUMBLINE_CHECKPOINTS", checkpoints_.path().c_str(),
             1);  // paths are opened by the process's own
    return config::Resolve(inputs);
  }

  FullSize() {
    for (const char* preset : {"kobart", "llama-3.2-korean-3b", "mt5-xlsum", "qwen3-4b"}) {
      const std::filesystem::path shape =
          config::ShapeOfPreset(config::FindPreset(preset, {}, "test"));
      std::filesystem::create_directory(checkpoints_ / preset);
      WriteFileAtomic(checkpoints_ / preset / "config.json", ReadFile(shape));
    }
  }

 private:
  TemporaryDirectory checkpoints_;
};

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_UNIT_SUITES_FULL_SIZE_H_
