#include "tests/perf/flags.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <iostream>
#include <sstream>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/base/random.h"
#include "harness/data/dataset.h"

namespace plumbline::perf {
namespace {

constexpr uint64_t kSeed = 42;
constexpr int kPairs = 64;
constexpr int kSourceWords = 120;
constexpr int kSummaryWords = 20;
constexpr const char* kWords[] = {"내일", "회의를", "예약했다", "친구와", "점심", "약속이", "있어요",
                                  "meeting", "tomorrow", "at", "noon", "with", "7시에", "도서관에서"};

std::string Words(int count, SplitMix64& draw) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += (text.empty() ? "" : " ") + std::string(kWords[draw.Below(std::size(kWords))]);
  }
  return text;
}

// Google Benchmark as Debian packages it was built with its assertions and warns that timings may be affected. What is
// timed is this program, optimized; the package's part is the bookkeeping between passes.
class Reporter final : public benchmark::ConsoleReporter {
 public:
  // The options that the library chooses where its output is no terminal.
  Reporter() : ConsoleReporter(OO_Tabular) {}

  bool ReportContext(const Context& context) override {
    std::ostream& stream = GetErrorStream();
    std::ostringstream said;
    SetErrorStream(&said);
    const bool goes_on = ConsoleReporter::ReportContext(context);
    SetErrorStream(&stream);
    std::istringstream lines(said.str());
    for (std::string line; std::getline(lines, line);) {
      const bool is_of_package = line.find("Library was built as DEBUG") != std::string::npos;
      stream << (is_of_package ? kPackageNote : line) << '\n';
    }
    return goes_on;
  }

 private:
  static constexpr const char* kPackageNote =
      "note: the packaged Google Benchmark has its assertions on: they run between passes; what is timed is optimized";
};

}  // namespace

Flags::Flags(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const size_t equals = word.find('=');
    if (!word.starts_with("--") || equals == std::string::npos) {
      Fail(ErrorKind::kUsage, "starting a speed program", Quoted(word), "--name=value",
           "--model=models/kobart_tiny");
    }
    values_[word.substr(2, equals - 2)] = word.substr(equals + 1);
  }
}

std::string Flags::Text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

int64_t Flags::Count(const std::string& name, int64_t otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  const auto number = ParseInt(found->second);
  if (number && *number > 0) return *number;
  Fail(ErrorKind::kUsage, "--" + name, Quoted(found->second), "a whole number above 0", "8");
}

int Main(int argc, char** argv, void (*register_all)(const Flags& flags)) {
  try {
    benchmark::Initialize(&argc, argv);
    register_all(Flags(argc, argv));
    // The one that --benchmark_format asks for; ours stands in for that of the console alone. Both live to the end.
    benchmark::BenchmarkReporter* const chosen = benchmark::CreateDefaultDisplayReporter();
    static Reporter console;
    const bool is_for_console = dynamic_cast<benchmark::ConsoleReporter*>(chosen) != nullptr;
    benchmark::RunSpecifiedBenchmarks(is_for_console ? &console : chosen);
    benchmark::Shutdown();
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return ExitStatusOf(error.kind());
  }
}

std::vector<TextPair> TextsOf(const Flags& flags) {
  std::vector<TextPair> pairs;
  const std::string file = flags.Text("texts", "");
  if (file.empty()) {
    SplitMix64 draw = NamedStream(kSeed, "perf/texts");
    for (int i = 0; i < kPairs; ++i) {
      const std::string source = Words(kSourceWords, draw);
      pairs.push_back({source, Words(kSummaryWords, draw)});
    }
    return pairs;
  }
  for (const data::Example& example : data::LoadDataset(file, {}).examples)
    pairs.push_back({example.dialogue, example.summary.front()});
  return pairs;
}

}  // namespace plumbline::perf
