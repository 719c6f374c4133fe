// Questions about a path that never throw: a loop of links or a folder that may not be read is
// nothing there, not a crash.
#ifndef PLUMBLINE_HARNESS_AUDIT_PATH_H_
#define PLUMBLINE_HARNESS_AUDIT_PATH_H_

#include <cstdint>
#include <filesystem>
#include <system_error>

namespace plumbline::audit {

inline bool IsFile(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

inline bool IsFolder(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// 0 where the size is not to be had.
inline uintmax_t SizeOf(const std::filesystem::path& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PATH_H_
