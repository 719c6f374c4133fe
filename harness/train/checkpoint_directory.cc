#include "harness/train/checkpoint_directory.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "harness/base/sha256.h"

namespace plumbline::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";
constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::string_view kLeftoverPrefix = ".checkpoint-";

fs::path BesideOf(const fs::path& checkpoint) {
  return checkpoint.parent_path() / ("." + checkpoint.filename().string() + ".tmp");
}

void SyncDirectory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

std::vector<fs::path> FilesOf(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void Seal(const fs::path& directory) {
  Json files = Json::object();
  for (const fs::path& file : FilesOf(directory)) {
    files[file.filename().string()] = {{"size_bytes", fs::file_size(file)}, {"sha256", Sha256OfFile(file)}};
  }
  WriteJsonFile(directory / kManifest, {{"files", files}});
  SyncDirectory(directory);
}

// Puts `made` at `place`; an older directory there ends up at `made` and goes.
void PutInPlace(const fs::path& made, const fs::path& place) {
  const bool replaces = fs::exists(place);
  const unsigned flags = replaces ? RENAME_EXCHANGE : 0;
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), flags) != 0) {
    Fail(ErrorKind::kEnvironment, "putting " + Quoted(place.string()) + " in place", std::strerror(errno),
         "a directory that can be renamed", "another output directory");
  }
  SyncDirectory(place.parent_path());
  if (replaces) fs::remove_all(made);
}

std::optional<int64_t> StepOf(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  return ParseInt(std::string_view(name).substr(kPrefix.size()));
}

// Checkpoints by rising step.
std::vector<fs::path> CheckpointsOf(const fs::path& output_dir) {
  std::vector<fs::path> checkpoints;
  if (!fs::is_directory(output_dir)) return checkpoints;
  for (const auto& entry : fs::directory_iterator(output_dir)) {
    if (entry.is_directory() && StepOf(entry.path())) checkpoints.push_back(entry.path());
  }
  std::sort(checkpoints.begin(), checkpoints.end(),
            [](const fs::path& a, const fs::path& b) { return *StepOf(a) < *StepOf(b); });
  return checkpoints;
}

std::string DefectOfFile(const fs::path& file, const Json& wanted) {
  if (!fs::is_regular_file(file)) return file.filename().string() + ": missing";
  const auto size_bytes = static_cast<int64_t>(fs::file_size(file));
  const int64_t wanted_bytes = wanted.at("size_bytes").get<int64_t>();
  if (size_bytes != wanted_bytes) {
    return file.filename().string() + ": " + std::to_string(size_bytes) + " bytes instead of " +
           std::to_string(wanted_bytes);
  }
  if (Sha256OfFile(file) != wanted.at("sha256").get<std::string>()) return file.filename().string() + ": other bytes";
  return "";
}

// A kill in the middle of remove_all must not leave a half directory under its name.
void RemoveCheckpoint(const fs::path& checkpoint) {
  const fs::path aside = BesideOf(checkpoint);
  fs::remove_all(aside);
  fs::rename(checkpoint, aside);
  fs::remove_all(aside);
}

}  // namespace

std::string CheckpointName(int64_t step) { return std::string(kPrefix) + std::to_string(step); }

fs::path WriteCheckpointDirectory(const fs::path& output_dir, int64_t step,
                                  const std::function<void(const fs::path&)>& fill) {
  const fs::path place = output_dir / CheckpointName(step);
  const fs::path made = BesideOf(place);
  fs::remove_all(made);
  MakeDirectories(made);
  try {
    fill(made);
    Seal(made);
    PutInPlace(made, place);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(made, ignored);
    throw;
  }
  return place;
}

std::string DefectOf(const fs::path& checkpoint) {
  const fs::path manifest_path = checkpoint / kManifest;
  if (!fs::is_regular_file(manifest_path)) return std::string(kManifest) + ": missing";
  try {
    const Json manifest = ReadJsonFile(manifest_path);
    for (const auto& [name, wanted] : manifest.at("files").items()) {
      const std::string defect = DefectOfFile(checkpoint / name, wanted);
      if (!defect.empty()) return defect;
    }
  } catch (const Json::exception& error) {
    return std::string(kManifest) + ": " + error.what();
  } catch (const Error& error) {
    return std::string(kManifest) + ": " + error.what();
  }
  return "";
}

void RequireComplete(const fs::path& checkpoint) {
  const std::string defect = DefectOf(checkpoint);
  if (defect.empty()) return;
  Fail(ErrorKind::kModel, "reading the checkpoint " + Quoted(checkpoint.string()), defect,
       "a complete checkpoint directory", "an older checkpoint-N beside it");
}

std::optional<fs::path> FindLastCheckpoint(const fs::path& output_dir) {
  const std::vector<fs::path> checkpoints = CheckpointsOf(output_dir);
  const auto found = std::find_if(checkpoints.rbegin(), checkpoints.rend(),
                                  [](const fs::path& checkpoint) { return DefectOf(checkpoint).empty(); });
  if (found == checkpoints.rend()) return std::nullopt;
  return *found;
}

void RotateCheckpoints(const fs::path& output_dir, int64_t limit, const fs::path& best) {
  const std::vector<fs::path> checkpoints = CheckpointsOf(output_dir);
  auto left = static_cast<int64_t>(checkpoints.size());
  for (const fs::path& checkpoint : checkpoints) {
    const bool stays = checkpoint == checkpoints.back() || checkpoint.filename() == best.filename();
    if (left <= limit || stays) continue;
    RemoveCheckpoint(checkpoint);
    --left;
  }
}

void RemoveLeftovers(const fs::path& output_dir) {
  if (!fs::is_directory(output_dir)) return;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(output_dir)) {
    const std::string name = entry.path().filename().string();
    const bool is_half_checkpoint = name.starts_with(kLeftoverPrefix) && name.ends_with(".tmp");
    if (is_half_checkpoint || (entry.is_regular_file() && IsAbandoned(name))) leftovers.push_back(entry.path());
  }
  for (const fs::path& leftover : leftovers) fs::remove_all(leftover);
}

}  // namespace plumbline::train
