// Files: whole reads, atomic writes, read-only maps, digests. All errors carry the path and the system's reason.
#ifndef PLUMBLINE_HARNESS_BASE_FILE_H_
#define PLUMBLINE_HARNESS_BASE_FILE_H_

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace plumbline {

// The file's bytes. Errors: kData when it is missing, a directory or unreadable.
std::string ReadFile(const std::filesystem::path& path);

// Writes beside the target, fsyncs, renames over it, fsyncs the directory. On any error the temporary file is
// removed, the old content stays, and kEnvironment is thrown (disk full, permission, file size limit).
void WriteFileAtomic(const std::filesystem::path& path, std::string_view bytes);

// Creates the directory and its parents. Errors: kEnvironment.
void MakeDirectories(const std::filesystem::path& path);

// A large output written in pieces to a temporary file; Commit fsyncs and renames. Without Commit nothing stays.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void Write(std::string_view bytes);
  void Commit();

 private:
  void Abandon(const char* what_failed);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

// Whether a file of this name is the temporary one of an AtomicFile whose process is no more: it may be removed.
bool IsAbandoned(std::string_view name);

// A file mapped read-only for the lifetime of the object. Errors: kData as ReadFile. An empty file maps to no bytes.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_FILE_H_
