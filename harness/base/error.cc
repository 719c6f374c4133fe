#include "harness/base/error.h"

namespace plumbline {

void Fail(ErrorKind kind, std::string_view what_failed, std::string_view found,
          std::string_view wanted, std::string_view hint) {
  std::string message(what_failed);
  message.append(": found ").append(found).append(", wanted ").append(wanted);
  message.append("; try ").append(hint);
  throw Error(kind, message);
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  quoted.append(text).append("'");
  return quoted;
}

int ExitStatusOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kData:
    case ErrorKind::kModel:
      return 2;
    case ErrorKind::kNumeric:
      return 3;
    case ErrorKind::kInterrupted:
      return 130;
    case ErrorKind::kEnvironment:
    case ErrorKind::kInternal:
      return 4;
  }
  return 4;
}

void FailCheck(const char* expression, const char* file, int line) {
  throw Error(ErrorKind::kInternal, std::string("internal check failed: found ") + expression +
                                        " false at " + file + ":" + std::to_string(line) +
                                        ", wanted it true; try reporting this as a bug");
}

}  // namespace plumbline
