// A miniature set of configuration layers: files in a temporary folder, variables and arguments in
// memory.
#ifndef PLUMBLINE_TESTS_UNIT_CONFIG_FIXTURE_H_
#define PLUMBLINE_TESTS_UNIT_CONFIG_FIXTURE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/config/resolve.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::config {

class Layers {
 public:
  Layers() {
    std::filesystem::create_directories(directory_ / "presets");
    inputs_.environment["PLUMBLINE_PRESETS"] = (directory_ / "presets").string();
  }

  std::filesystem::path Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    WriteFileAtomic(path, text);
    return path;
  }
  // A suite file named on the command line.
  std::string Suite(const std::string& text, const std::string& name = "suite.yaml") {
    inputs_.files.push_back(Write(name, text));
    return inputs_.files.back().string();
  }
  std::string Preset(const std::string& text) { return Write("presets/tiny.yaml", text).string(); }
  // A checkpoint directory with one file; its path for model.path.
  std::string Checkpoint(const std::string& file, const std::string& text) {
    return Write("checkpoint/" + file, text).parent_path().string();
  }
  void Variable(const std::string& name, const std::string& value) {
    inputs_.environment[name] = value;
  }
  // --set key=word
  void Set(const std::string& key, const std::string& word) {
    const int index = static_cast<int>(inputs_.arguments.size()) + 1;
    inputs_.arguments.push_back({key, {word}, false, index, "--set " + key + "=" + word});
  }
  void SetList(const std::string& key, const std::vector<std::string>& words) {
    inputs_.arguments.push_back({key, words, true, 1, "--list"});
  }

  Resolved Resolve() const { return config::Resolve(inputs_); }
  Inputs& inputs() { return inputs_; }

 private:
  testing::TemporaryDirectory directory_;
  Inputs inputs_;
};

}  // namespace plumbline::config

#endif  // PLUMBLINE_TESTS_UNIT_CONFIG_FIXTURE_H_
