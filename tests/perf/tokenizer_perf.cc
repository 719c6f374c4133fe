// A model's tokenizer: every source to ids, and the ids back to text.
//   --model=DIR --texts=FILE
#include <benchmark/benchmark.h>

#include "harness/data/tokenizer.h"
#include "tests/perf/flags.h"

namespace plumbline::perf {
namespace {

struct Setup {
  std::unique_ptr<data::Tokenizer> tokenizer;
  std::vector<TextPair> pairs;
  std::vector<std::vector<int64_t>> ids;
};

Setup& TheSetup() {
  static Setup setup;
  return setup;
}

void SetRates(benchmark::State& state, double tokens, double bytes) {
  const double texts =
      static_cast<double>(state.iterations()) * static_cast<double>(TheSetup().pairs.size());
  state.counters["samples_per_s"] = benchmark::Counter(texts, benchmark::Counter::kIsRate);
  state.counters["tokens_per_s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
  state.counters["text_bytes_per_s"] = benchmark::Counter(bytes, benchmark::Counter::kIsRate);
}

void Encode(benchmark::State& state) {
  double tokens = 0, bytes = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    for (const TextPair& pair : TheSetup().pairs) {
      tokens += static_cast<double>(TheSetup().tokenizer->Encode(pair.source).ids.size());
      bytes += static_cast<double>(pair.source.size());
    }
  }
  SetRates(state, tokens, bytes);
}

void Decode(benchmark::State& state) {
  double tokens = 0, bytes = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    for (const std::vector<int64_t>& ids : TheSetup().ids) {
      tokens += static_cast<double>(ids.size());
      bytes += static_cast<double>(TheSetup().tokenizer->Decode(ids, true).size());
    }
  }
  SetRates(state, tokens, bytes);
}

void Register(const Flags& flags) {
  Setup& setup = TheSetup();
  setup.tokenizer = data::LoadTokenizer(flags.Text("model", ""));
  setup.pairs = TextsOf(flags);
  for (const TextPair& pair : setup.pairs)
    setup.ids.push_back(setup.tokenizer->Encode(pair.source).ids);
  benchmark::RegisterBenchmark("tokenizer/encode", Encode)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("tokenizer/decode", Decode)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace plumbline::perf

int main(int argc, char** argv) {
  return plumbline::perf::Main(argc, argv, plumbline::perf::Register);
}
