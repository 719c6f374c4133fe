#include "harness/audit/read.h"

#include "harness/audit/literal.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSniffedBytes = 64 << 10;

}  // namespace

std::string ReadTextFile(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!error && size > kLargestTextBytes) {
    Fail(ErrorKind::kData, "reading " + Quoted(path.string()), std::to_string(size) + " bytes",
         "at most " + std::to_string(kLargestTextBytes), "the log's part that holds the metrics");
  }
  std::string text = ReadFile(path);
  if (std::string_view(text).substr(0, kSniffedBytes).find('\0') != std::string_view::npos) {
    Fail(ErrorKind::kData, "reading " + Quoted(path.string()), "a binary file", "text",
         "a trainer_state.json, a log or a run directory");
  }
  return text;
}

Study ReadStudy(const fs::path& path, const ReadOptions&) {
  if (!fs::exists(path)) {
    Fail(ErrorKind::kData, "auditing " + Quoted(path.string()), "nothing there",
         "a run directory, a trainer_state.json, a log or a report", "plumbline audit --help");
  }
  Study study{path.string(), {}};
  Evidence run;
  run.path = path.string();
  run.name = path.filename().string();
  if (fs::is_directory(path)) ReadDirectory(path, run);
  study.runs.push_back(std::move(run));
  return study;
}

}  // namespace plumbline::audit
