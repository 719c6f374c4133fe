// ROUGE-1/2/L/Lsum of every pair, a benchmark for each way of making tokens.
//   --texts=FILE
#include <benchmark/benchmark.h>

#include "harness/eval/rouge.h"
#include "tests/perf/flags.h"

namespace plumbline::perf {
namespace {

constexpr const char* kTokenizers[] = {"ascii", "unicode", "particle", "syllable"};

void Rouge(benchmark::State& state, const std::string& tokenizer,
           const std::vector<TextPair>& pairs) {
  eval::RougeScorer scorer({tokenizer, false});
  double bytes = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    for (const TextPair& pair : pairs) {
      benchmark::DoNotOptimize(scorer.Score(pair.source, std::span(&pair.summary, 1)));
      bytes += static_cast<double>(pair.source.size() + pair.summary.size());
    }
  }
  const double scored =
      static_cast<double>(state.iterations()) * static_cast<double>(pairs.size());
  state.counters["samples_per_s"] = benchmark::Counter(scored, benchmark::Counter::kIsRate);
  state.counters["text_bytes_per_s"] = benchmark::Counter(bytes, benchmark::Counter::kIsRate);
}

void Register(const Flags& flags) {
  const std::vector<TextPair> pairs = TextsOf(flags);
  for (const char* tokenizer : kTokenizers) {
    const std::string name = std::string("rouge/") + tokenizer;
    benchmark::RegisterBenchmark(name.c_str(), Rouge, std::string(tokenizer), pairs)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace plumbline::perf

int main(int argc, char** argv) {
  return plumbline::perf::Main(argc, argv, plumbline::perf::Register);
}
