// Generation of a fixed number of tokens for every input, greedy and by beams.
//   --model=DIR_OR_CONFIG --inputs=FILE --batch-size=8 --beams=4 --new-tokens=N --threads=N
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <algorithm>

#include "harness/device/device.h"
#include "harness/eval/generator.h"
#include "harness/measure/subject.h"
#include "tests/perf/flags.h"

namespace plumbline::perf {
namespace {

struct Setup {
  measure::Subject subject;
  std::vector<std::vector<int64_t>> sources;
  eval::GenerationConfig config;
  eval::GenerationOptions options;
};

Setup& TheSetup() {
  static Setup setup;
  return setup;
}

std::optional<int64_t> IdOf(const Json& config, const char* name) {
  const auto found = config.find(name);
  if (found == config.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<int64_t>();
}

// As long for every item whatever the weights say: untrained ones never end by themselves.
eval::GenerationConfig ExactLength(const Json& config, int64_t new_tokens, int64_t beams) {
  eval::GenerationConfig generation;
  generation.num_beams = beams;
  generation.max_new_tokens = new_tokens;
  generation.min_new_tokens = new_tokens;
  generation.decoder_start_token_id = IdOf(config, "decoder_start_token_id");
  generation.bos_token_id = IdOf(config, "bos_token_id");
  generation.pad_token_id = IdOf(config, "pad_token_id");
  if (const auto end = IdOf(config, "eos_token_id")) generation.eos_token_id = {*end};
  return generation;
}

void Generation(benchmark::State& state, int64_t beams) {
  Setup& setup = TheSetup();
  eval::GenerationConfig config = setup.config;
  config.num_beams = beams;
  double tokens = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    for (const auto& output :
         eval::Generate(*setup.subject.model, setup.sources, config, setup.options))
      tokens += static_cast<double>(output.ids.size());
  }
  const double samples =
      static_cast<double>(state.iterations()) * static_cast<double>(setup.sources.size());
  state.counters["samples_per_s"] = benchmark::Counter(samples, benchmark::Counter::kIsRate);
  state.counters["tokens_per_s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
}

void Register(const Flags& flags) {
  Setup& setup = TheSetup();
  at::set_num_threads(static_cast<int>(flags.Count("threads", at::get_num_threads())));
  const auto seed = static_cast<uint64_t>(flags.Count("seed", 42));
  const at::Device device = device::DeviceNamed(flags.Text("device", "cpu"), "--device");
  device::PrepareNumerics(device, /*deterministic=*/false);
  setup.subject = measure::LoadSubject(flags.Text("model", ""), seed, device);
  int64_t longest = 1;
  for (const data::TokenizedRow& row :
       measure::ReadInputs(flags.Text("inputs", ""), setup.subject.model->vocab_size())) {
    setup.sources.push_back(row.input_ids);
    longest = std::max(longest, static_cast<int64_t>(row.labels.size()));
  }
  setup.options.batch_size = flags.Count("batch-size", 8);
  setup.config =
      ExactLength(setup.subject.model->config(), flags.Count("new-tokens", longest), 1);
  const int64_t beams = flags.Count("beams", 4);
  const std::vector<std::vector<int64_t>> first = {setup.sources.front()};
  eval::Generate(*setup.subject.model, first, setup.config, setup.options);
  benchmark::RegisterBenchmark("generate/greedy", Generation, 1)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  if (beams > 1) {
    const std::string name = "generate/beam" + std::to_string(beams);
    benchmark::RegisterBenchmark(name.c_str(), Generation, beams)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace plumbline::perf

int main(int argc, char** argv) {
  return plumbline::perf::Main(argc, argv, plumbline::perf::Register);
}
