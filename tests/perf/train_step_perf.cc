// Training: forward, backward, clipping and AdamW of optimizer steps over all inputs, a batch each.
//   --model=DIR_OR_CONFIG --inputs=FILE --batch-size=8 --threads=N --seed=42 [--adapter=PEFT_DIR: it alone is trained]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/ops/div.h>
#include <benchmark/benchmark.h>

#include <numeric>

#include "harness/device/device.h"
#include "harness/measure/subject.h"
#include "harness/run/rows.h"
#include "harness/train/optimizer.h"
#include "models/adapt/adapter.h"
#include "tests/perf/flags.h"

namespace plumbline::perf {
namespace {

constexpr double kLearningRate = 1e-6;  // weights move, scores do not matter
constexpr double kMaxGradNorm = 1.0;

struct Setup {
  measure::Subject subject;
  std::vector<data::TokenizedRow> rows;
  std::vector<int64_t> order;
  int64_t batch_size = 8;
  train::TrainingArguments arguments;
  std::unique_ptr<train::AdamW> optimizer;
};

Setup& TheSetup() {
  static Setup setup;
  return setup;
}

// One optimizer step; returns its tokens.
data::TokenCounts Step(Setup& setup, std::span<const int64_t> indices) {
  models::Model& model = *setup.subject.model;
  const data::Batch batch = run::BatchFor(model, setup.rows, indices);
  const models::LossSums sums = model.Loss(batch.packed, 0, true);
  at::div(sums.loss, static_cast<double>(sums.num_tokens)).backward();
  setup.optimizer->Step(kLearningRate, setup.optimizer->GradientNorm(), kMaxGradNorm);
  setup.optimizer->ZeroGradients();
  return batch.counts;
}

data::TokenCounts Pass(Setup& setup) {
  data::TokenCounts counts;
  for (const auto& indices : data::BatchesOf(setup.order, setup.batch_size))
    counts += Step(setup, indices);
  device::Synchronize(setup.subject.model->device());
  return counts;
}

void TrainSteps(benchmark::State& state) {
  Setup& setup = TheSetup();
  data::TokenCounts counts;
  for (auto unused : state) {
    static_cast<void>(unused);
    counts += Pass(setup);
  }
  const auto passes = static_cast<double>(state.iterations());
  const auto rate = [&](const char* name, double amount) {
    state.counters[name] = benchmark::Counter(amount, benchmark::Counter::kIsRate);
  };
  const auto tokens = static_cast<double>(counts.source + counts.target);
  const auto padding = static_cast<double>(counts.source_padding + counts.target_padding);
  rate("samples_per_s", passes * static_cast<double>(setup.rows.size()));
  rate("tokens_per_s", tokens);
  rate("padded_tokens_per_s", tokens + padding);
  rate("steps_per_s",
       passes * static_cast<double>(data::BatchesOf(setup.order, setup.batch_size).size()));
}

void Register(const Flags& flags) {
  Setup& setup = TheSetup();
  const int64_t threads = flags.Count("threads", at::get_num_threads());
  at::set_num_threads(static_cast<int>(threads));
  const auto seed = static_cast<uint64_t>(flags.Count("seed", 42));
  const at::Device device = device::DeviceNamed(flags.Text("device", "cpu"), "--device");
  device::PrepareNumerics(device, /*deterministic=*/false);
  setup.subject = measure::LoadSubject(flags.Text("model", ""), seed, device);
  setup.batch_size = flags.Count("batch-size", 8);
  setup.rows =
      measure::ReadInputs(flags.Text("inputs", ""), setup.subject.model->vocab_size());
  setup.order.resize(setup.rows.size());
  std::iota(setup.order.begin(), setup.order.end(), int64_t{0});
  const std::string adapter = flags.Text("adapter", "");
  if (!adapter.empty()) {
    models::LoadAdapter(*setup.subject.model, adapter, /*trainable=*/true);
  } else {
    for (const models::NamedTensor& parameter : setup.subject.model->Parameters())
      parameter.value.set_requires_grad(true);
  }
  setup.optimizer = std::make_unique<train::AdamW>(models::AllParameters(*setup.subject.model),
                                                   train::AdamWConfig{});
  Pass(setup);  // first touch of moments and caches is no one's speed
  benchmark::RegisterBenchmark("train", TrainSteps)->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace plumbline::perf

int main(int argc, char** argv) {
  return plumbline::perf::Main(argc, argv, plumbline::perf::Register);
}
