#include "harness/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline {
namespace {

// One write call moves at most this many bytes; Linux stops at 2 GiB.
constexpr size_t kWriteChunkBytes = size_t{1} << 30;

// The temporary file of PATH is PATH.tmp.PID.
constexpr std::string_view kTemporaryMark = ".tmp.";

// Linux gives no process a larger id; a date such as 20260101 is none.
constexpr int64_t kLargestProcess = int64_t{1} << 22;

std::string SystemReason() { return std::strerror(errno); }

// Opens for reading; refuses directories, which open() accepts.
int OpenToRead(const std::filesystem::path& path, struct stat* status) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    Fail(ErrorKind::kData, "reading " + Quoted(path.string()), SystemReason(), "a readable file",
         "checking the path");
  }
  if (::fstat(descriptor, status) != 0 || S_ISDIR(status->st_mode)) {
    ::close(descriptor);
    Fail(ErrorKind::kData, "reading " + Quoted(path.string()), "a directory", "a file",
         "naming a file inside it");
  }
  return descriptor;
}

std::filesystem::path ParentOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void SyncDirectory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

std::string ReadFile(const std::filesystem::path& path) {
  struct stat status {};
  const int descriptor = OpenToRead(path, &status);
  std::string bytes;
  bytes.reserve(static_cast<size_t>(std::max<off_t>(status.st_size, 0)));
  char buffer[1 << 16];
  ssize_t got = 0;
  while ((got = ::read(descriptor, buffer, sizeof buffer)) > 0) bytes.append(buffer, static_cast<size_t>(got));
  const std::string reason = SystemReason();
  ::close(descriptor);
  if (got < 0) {
    Fail(ErrorKind::kData, "reading " + Quoted(path.string()), reason, "a readable file",
         "checking the disk");
  }
  return bytes;
}

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)), temporary_(path_.string() + std::string(kTemporaryMark) + std::to_string(::getpid())) {
  // A write past RLIMIT_FSIZE must be an error here, not the death of the process.
  std::signal(SIGXFSZ, SIG_IGN);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) Abandon("creating");
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::Abandon(const char* what_failed) {
  const std::string reason = SystemReason();
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
    descriptor_ = -1;
  }
  Fail(ErrorKind::kEnvironment, std::string(what_failed) + " " + Quoted(path_.string()), reason,
       "room and permission to write it", "freeing space or another directory");
}

void AtomicFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kWriteChunkBytes));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) Abandon("writing");
    bytes.remove_prefix(static_cast<size_t>(put));
  }
}

void AtomicFile::Commit() {
  if (::fsync(descriptor_) != 0) Abandon("writing");
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary_.c_str());
    errno = reason;
    Abandon("writing");
  }
  SyncDirectory(ParentOf(path_));
}

bool IsAbandoned(std::string_view name) {
  const size_t mark = name.rfind(kTemporaryMark);
  if (mark == std::string_view::npos) return false;
  const auto process = ParseInt(name.substr(mark + kTemporaryMark.size()));
  if (!process || *process <= 0 || *process > kLargestProcess) return false;
  return ::kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH;
}

void WriteFileAtomic(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.Write(bytes);
  file.Commit();
}

void MakeDirectories(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code || !std::filesystem::is_directory(path)) {
    Fail(ErrorKind::kEnvironment, "creating the directory " + Quoted(path.string()),
         code ? code.message() : "a file of that name", "a directory that can be made",
         "another directory");
  }
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  struct stat status {};
  const int descriptor = OpenToRead(path, &status);
  size_ = static_cast<size_t>(status.st_size);
  void* mapped = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  const std::string reason = SystemReason();
  ::close(descriptor);
  if (mapped == MAP_FAILED) {
    Fail(ErrorKind::kData, "mapping " + Quoted(path.string()), reason, "a regular file",
         "checking the path");
  }
  data_ = static_cast<const std::byte*>(mapped);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace plumbline
