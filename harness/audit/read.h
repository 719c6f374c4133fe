// From a PATH to a study: which reader a path gets, and what one directory holds. Readers fill
// Evidence and judge nothing; what they cannot use becomes a note there.
#ifndef PLUMBLINE_HARNESS_AUDIT_READ_H_
#define PLUMBLINE_HARNESS_AUDIT_READ_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/shared_files.h"

namespace plumbline::audit {

struct ReadOptions {
  std::vector<std::filesystem::path> declared;  // --declared F: what was asked for
  std::string command_line;                     // --cli "...": the launch command
  std::filesystem::path predictions;            // --predictions F, else found in the directory
  std::filesystem::path references;
  std::shared_ptr<SharedFiles> shared;  // of all paths of one audit; nullptr: each run reads its own
};

inline constexpr uint64_t kLargestTextBytes = 64ull << 20;

// A run directory (ours or HuggingFace's), a trainer_state.json or fixture, a text log, a Markdown
// report; "-": one of these but a directory, from standard input. Errors: kData when the path does not exist or nothing in it can be audited.
Study ReadStudy(const std::filesystem::path& path, const ReadOptions& options);

// Its pieces, one file each (reader_*.cc). `shown` is the file's name in findings.
void ReadDirectory(const std::filesystem::path& directory, Evidence& run);

// The bytes of a text file. Errors: kData when it is larger than kLargestTextBytes or binary (a NUL
// in its first 64 KiB).
std::string ReadTextFile(const std::filesystem::path& path);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_READ_H_
