// checkpoint-N directories as files: written beside and renamed, sealed by a manifest, found, rotated, checked.
// No tensor is known here. A process killed at any moment leaves either the former directory or the new one under
// the name checkpoint-N, and never one that resume would take and could not read.
#ifndef PLUMBLINE_HARNESS_TRAIN_CHECKPOINT_DIRECTORY_H_
#define PLUMBLINE_HARNESS_TRAIN_CHECKPOINT_DIRECTORY_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace plumbline::train {

std::string CheckpointName(int64_t step);  // "checkpoint-12"

// Calls `fill` with an empty directory, seals what it wrote with manifest.json (size and SHA-256 of each file) and
// puts it in place as output_dir/checkpoint-STEP, replacing an older one. Returns the path. On any error nothing is
// left and the older one stays. Errors: kEnvironment, and what `fill` throws.
std::filesystem::path WriteCheckpointDirectory(const std::filesystem::path& output_dir, int64_t step,
                                               const std::function<void(const std::filesystem::path&)>& fill);

// What is wrong with a checkpoint directory, as `file: reason`; empty when it is sealed and every file is as written.
std::string DefectOf(const std::filesystem::path& checkpoint);

// Errors: kModel naming the defect.
void RequireComplete(const std::filesystem::path& checkpoint);

// The complete checkpoint of the highest step, if there is one.
std::optional<std::filesystem::path> FindLastCheckpoint(const std::filesystem::path& output_dir);

// Removes the oldest checkpoints until `limit` are left; the newest and `best` (may be empty) always stay.
// Source: transformers 5.23, trainer_utils.rotate_checkpoints.
void RotateCheckpoints(const std::filesystem::path& output_dir, int64_t limit, const std::filesystem::path& best);

// Removes what a killed process left half-written.
void RemoveLeftovers(const std::filesystem::path& output_dir);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_CHECKPOINT_DIRECTORY_H_
