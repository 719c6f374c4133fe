// What the speed programs share: their flags, their main, their texts. A program registers
// benchmarks whose one iteration is one pass over all its inputs, so that rates of any two tools on
// the same inputs can be compared.
#ifndef PLUMBLINE_TESTS_PERF_FLAGS_H_
#define PLUMBLINE_TESTS_PERF_FLAGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace plumbline::perf {

// Words "--name=value" that are left when Google Benchmark has taken its own.
class Flags {
 public:
  Flags(int argc, char** argv);
  std::string Text(const std::string& name, const std::string& otherwise) const;
  // Errors: kUsage for a value that is no whole number above 0.
  int64_t Count(const std::string& name, int64_t otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};

// Initialises Google Benchmark, registers and runs. Returns the exit status.
int Main(int argc, char** argv, void (*register_all)(const Flags& flags));

// --texts=FILE (JSON lines with dialogue and summary), else 64 seeded pairs of Korean and English
// words. Each pair is a source and a summary.
struct TextPair {
  std::string source;
  std::string summary;
};
std::vector<TextPair> TextsOf(const Flags& flags);

}  // namespace plumbline::perf

#endif  // PLUMBLINE_TESTS_PERF_FLAGS_H_
