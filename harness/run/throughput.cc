#include "harness/run/throughput.h"

#include <algorithm>
#include <numeric>

#include "harness/base/clock.h"
#include "harness/eval/generator.h"
#include "harness/run/settings.h"
#include "harness/train/trainer.h"

namespace plumbline::run {
namespace {

constexpr int64_t kWarmUpSteps = 2;  // first touch of moments and caches
constexpr int64_t kTimedSteps = 6;
constexpr int64_t kGeneratedRows = 16;

void Add(Rates& rates, double samples, double tokens, double padded_tokens, double seconds) {
  rates.samples.push_back(samples / seconds);
  rates.tokens.push_back(tokens / seconds);
  rates.padded_tokens.push_back(padded_tokens / seconds);
}

// Slots of the batches that these rows fill in file order, padded to the longest row of each.
double PaddedTokens(const models::Model& model, const std::vector<data::TokenizedRow>& rows, int64_t batch_size) {
  std::vector<int64_t> order(rows.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  data::TokenCounts counts;
  for (const auto& indices : data::BatchesOf(order, batch_size)) counts += BatchFor(model, rows, indices).counts;
  return static_cast<double>(counts.source + counts.target + counts.source_padding + counts.target_padding);
}

// One optimizer step a batch, batches in file order.
void TimeTraining(models::Model& model, const std::vector<data::TokenizedRow>& all_rows,
                  const train::TrainingArguments& base, Rates& rates) {
  const auto batch_size = static_cast<size_t>(base.per_device_train_batch_size);
  const size_t count = std::min(all_rows.size(), batch_size * static_cast<size_t>(kWarmUpSteps + kTimedSteps));
  const std::vector<data::TokenizedRow> rows(all_rows.begin(), all_rows.begin() + static_cast<ptrdiff_t>(count));
  train::TrainingArguments arguments = base;
  arguments.max_steps = static_cast<int64_t>((count + batch_size - 1) / batch_size);
  const int64_t warm_up = std::min(kWarmUpSteps, arguments.max_steps - 1);
  double seconds = 0, samples = 0, tokens = 0;
  train::Callbacks callbacks;
  callbacks.on_step = [&](const train::StepReport& report) {
    if (report.global_step <= warm_up) return;
    seconds += report.step_s;
    samples += static_cast<double>(report.examples);
    tokens += static_cast<double>(report.tokens);
  };
  train::Train(model, TrainingRowsOf(model, rows), arguments, callbacks, {});
  const auto timed_from = static_cast<ptrdiff_t>(static_cast<size_t>(warm_up) * batch_size);
  const std::vector<data::TokenizedRow> timed(rows.begin() + timed_from, rows.end());
  Add(rates, samples, tokens, PaddedTokens(model, timed, base.per_device_train_batch_size), seconds);
}

void TimeGeneration(models::Model& model, const std::vector<data::TokenizedRow>& rows,
                    const config::Resolved& config, Rates& rates) {
  std::vector<std::vector<int64_t>> sources;
  for (const data::TokenizedRow& row : rows) {
    if (static_cast<int64_t>(sources.size()) < kGeneratedRows) sources.push_back(row.input_ids);
  }
  const eval::GenerationOptions options = GenerationOptionsOf(config);
  const double start_s = MonotonicSeconds();
  const auto outputs = eval::Generate(model, sources, GenerationConfigOf(config, model), options);
  const double seconds = MonotonicSeconds() - start_s;
  double tokens = 0, longest = 0;
  for (const auto& output : outputs) {
    tokens += static_cast<double>(output.ids.size());
    longest = std::max(longest, static_cast<double>(output.ids.size()));
  }
  Add(rates, static_cast<double>(outputs.size()), tokens, longest * static_cast<double>(outputs.size()), seconds);
}

}  // namespace

Throughput MeasureThroughput(models::Model& model, const std::vector<data::TokenizedRow>& rows,
                             const config::Resolved& config, int64_t repetitions) {
  train::TrainingArguments arguments = TrainingArgumentsOf(config);
  arguments.gradient_accumulation_steps = 1;
  arguments.shuffle = false;
  arguments.group_by_length = false;
  arguments.load_best_model_at_end = false;
  arguments.early_stopping_patience.reset();
  arguments.count_work = false;
  arguments.resolved_config = Json();
  Throughput throughput;
  for (int64_t i = 0; i < repetitions; ++i) TimeTraining(model, rows, arguments, throughput.train);
  for (int64_t i = 0; i < repetitions; ++i) TimeGeneration(model, rows, config, throughput.generate);
  return throughput;
}

}  // namespace plumbline::run
