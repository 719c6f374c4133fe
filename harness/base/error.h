// The one exception type of the project: what kind of thing went wrong, and a message a person can act on.
// Everybody throws it; it is caught around one case of a run and in main. Verdicts are not errors.
#ifndef PLUMBLINE_HARNESS_BASE_ERROR_H_
#define PLUMBLINE_HARNESS_BASE_ERROR_H_

#include <stdexcept>
#include <string>
#include <string_view>

namespace plumbline {

enum class ErrorKind {
  kUsage,        // the command line or a configuration is wrong (exit 2)
  kData,         // a data file is missing, broken or not what its manifest says (exit 2)
  kModel,        // a checkpoint, tokenizer or adapter is missing, broken or unsupported (exit 2)
  kNumeric,      // a number that must be finite is not (exit 3, INVALID)
  kEnvironment,  // the machine refuses: disk full, permission, missing library (exit 4)
  kInternal,     // a broken invariant of ours (exit 4)
  kInterrupted,  // SIGINT or SIGTERM, state saved (exit 130)
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// Throws Error{kind} with the house form `<what failed>: found <found>, wanted <wanted>; try <hint>`.
[[noreturn]] void Fail(ErrorKind kind, std::string_view what_failed, std::string_view found,
                       std::string_view wanted, std::string_view hint);

// 'text' in single quotes, for paths and names inside messages.
std::string Quoted(std::string_view text);

// The process exit status of an error that reached main: 2, 3, 4 or 130.
int ExitStatusOf(ErrorKind kind);

// Throws Error{kInternal} with the expression and its place. Used by PLUMBLINE_CHECK alone.
[[noreturn]] void FailCheck(const char* expression, const char* file, int line);

}  // namespace plumbline

// A broken invariant of ours, never a user's mistake.
#define PLUMBLINE_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::plumbline::FailCheck(#condition, __FILE__, __LINE__))

#endif  // PLUMBLINE_HARNESS_BASE_ERROR_H_
