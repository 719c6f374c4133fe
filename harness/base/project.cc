#include "harness/base/project.h"

#include <cstdlib>
#include <optional>

#include "harness/base/error.h"

namespace plumbline {
namespace {

constexpr char kWorkspaceName[] = "plumbline";

// Every tree of ours, installed ones too, has this directory of presets.
bool IsRoot(const std::filesystem::path& directory) {
  return std::filesystem::is_directory(directory / "models");
}

std::filesystem::path RunningProgram() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

std::optional<std::filesystem::path> FindRoot() {
  if (const char* root = std::getenv("PLUMBLINE_ROOT"); root != nullptr && *root != '\0')
    return root;
  if (const char* runfiles = std::getenv("TEST_SRCDIR"); runfiles != nullptr) {
    const auto candidate = std::filesystem::path(runfiles) / kWorkspaceName;
    if (IsRoot(candidate)) return candidate;
  }
  const auto program = RunningProgram();
  const auto beside = std::filesystem::path(program.string() + ".runfiles") / kWorkspaceName;
  if (IsRoot(beside)) return beside;
  for (auto up = program.parent_path(); up.has_relative_path(); up = up.parent_path()) {
    if (std::filesystem::exists(up / "WORKSPACE") && IsRoot(up)) return up;
  }
  return std::nullopt;
}

}  // namespace

std::filesystem::path ProjectRoot() {
  if (const auto root = FindRoot()) return *root;
  Fail(ErrorKind::kEnvironment, "finding the project's files",
       "none beside " + Quoted(RunningProgram().string()), "a checkout or an installed tree",
       "setting PLUMBLINE_ROOT to the directory that holds models/");
}

std::filesystem::path FindProjectFile(std::string_view name) {
  const std::filesystem::path path(name);
  if (path.is_absolute() || std::filesystem::exists(path)) return path;
  const auto root = FindRoot();
  return root && std::filesystem::exists(*root / path) ? *root / path : path;
}

std::filesystem::path FindProgram(std::string_view name, std::string_view path_in_project) {
  const auto beside = RunningProgram().parent_path() / name;
  if (std::filesystem::exists(beside)) return beside;
  const auto below = ProjectRoot() / path_in_project;
  if (std::filesystem::exists(below)) return below;
  Fail(ErrorKind::kEnvironment, "finding the program " + Quoted(name), "none beside this one",
       "both programs of one build", "./plumbline suites, which builds both");
}

}  // namespace plumbline
