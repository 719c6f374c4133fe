#include "harness/check/ledger_observations.h"

#include <vector>

#include "harness/base/json.h"
#include "harness/base/sha256.h"

namespace plumbline::check {
namespace {

class List {
 public:
  void Count(const std::string& name, MetricClass metric_class, const std::string& unit,
             int64_t count, Direction direction = Direction::kNone) {
    if (count != ledger::kUnknown) Add(name, metric_class, unit, {count}, direction);
  }
  void Text(const std::string& name, MetricClass metric_class, const std::string& unit,
            const std::string& text) {
    if (!text.empty()) Add(name, metric_class, unit, {text}, Direction::kNone);
  }
  void Add(const std::string& name, MetricClass metric_class, const std::string& unit,
           std::vector<Value> values, Direction direction) {
    Observation observation;
    observation.name = name;
    observation.metric_class = metric_class;
    observation.unit = unit;
    observation.direction = direction;
    observation.values = std::move(values);
    observations.push_back(std::move(observation));
  }

  std::vector<Observation> observations;
};

void AddPlan(const ledger::Declared& declared, List& list) {
  list.Count("plan.train_rows", MetricClass::kD0, "rows", declared.train_rows);
  list.Count("plan.micro_batches_per_epoch", MetricClass::kD0, "micro-batches",
             declared.micro_batches_per_epoch);
  list.Count("plan.steps_per_epoch", MetricClass::kD0, "steps", declared.steps_per_epoch);
  list.Count("plan.optimizer_steps", MetricClass::kD0, "steps", declared.optimizer_steps);
  list.Count("plan.warmup_steps", MetricClass::kD0, "steps", declared.schedule.warmup_steps);
}

void AddWork(const ledger::Observed& observed, MetricClass done, List& list) {
  list.Text("work.ending", done, "word", ToText(observed.ending));
  list.Count("work.micro_batches", done, "micro-batches", observed.micro_batches);
  list.Count("work.examples", done, "examples", observed.examples);
  list.Count("work.source_tokens", done, "tokens", observed.source_tokens);
  list.Count("work.target_tokens", done, "tokens", observed.target_tokens);
  list.Count("work.padding_tokens", done, "tokens", observed.padding_tokens);
  list.Count("work.backward_calls", done, "calls", observed.backward_calls);
  list.Count("work.optimizer_steps", done, "steps", observed.optimizer_steps);
  list.Count("work.scheduler_steps", done, "steps", observed.scheduler_steps);
  list.Count("work.micro_batches_per_step_min", done, "micro-batches",
             observed.micro_batches_per_step_min);
  list.Count("work.micro_batches_per_step_max", done, "micro-batches",
             observed.micro_batches_per_step_max);
  const std::vector<Value> rates(observed.learning_rates.begin(), observed.learning_rates.end());
  if (!rates.empty()) list.Add("work.learning_rate", done, "1", rates, Direction::kNone);
  list.Count("work.flops", done, "flop", observed.flops);
}

void AddModel(const ledger::Observed& observed, List& list) {
  list.Count("model.trainable_parameters", MetricClass::kD0, "parameters",
             observed.trainable_parameters);
  list.Count("model.total_parameters", MetricClass::kD0, "parameters", observed.total_parameters);
  for (const auto& [dtype, elements] : observed.parameter_dtypes) {
    list.Count("model.parameters." + dtype, MetricClass::kD0, "parameters", elements);
  }
  list.Count("model.adapter_modules", MetricClass::kD0, "modules",
             static_cast<int64_t>(observed.adapter_modules.size()));
  for (const std::string& module : observed.adapter_modules) {
    list.Count("model.adapter." + module, MetricClass::kD0, "modules", 1);
  }
  list.Text("checkpoint.digest", MetricClass::kD0, "sha256", observed.checkpoint_digest);
  list.Text("tokenizer.digest", MetricClass::kD0, "sha256", observed.tokenizer_digest);
}

void AddData(const ledger::Observed& observed, MetricClass done, List& list) {
  for (const auto& [role, digest] : observed.data_digests) {
    list.Text("data.digest." + role, MetricClass::kD0, "sha256", digest);
  }
  if (!observed.taken_rows.empty()) {
    list.Text("data.taken_rows", MetricClass::kD0, "sha256",
              Sha256Hex(Json(observed.taken_rows).dump()));
  }
  list.Text("data.example_order", done, "sha256", observed.example_order_digest);
}

void AddOperators(const ledger::Observed& observed, MetricClass done, List& list) {
  for (const auto& [name, calls] : observed.operator_calls) {
    list.Count("operators." + name, done, "calls", calls);
  }
  if (!observed.operator_shape_calls.empty()) {
    list.Text("operators.shapes", done, "sha256",
              Sha256Hex(Json(observed.operator_shape_calls).dump()));
  }
}

void AddAllocations(const ledger::Observed& observed, List& list) {
  list.Count("memory.allocations", MetricClass::kD1, "calls", observed.allocation_count,
             Direction::kLower);
  list.Count("memory.allocated_bytes", MetricClass::kD1, "bytes", observed.allocation_bytes,
             Direction::kLower);
}

void AddMemory(const ledger::Observed& observed, List& list) {
  list.Count("memory.peak_bytes", MetricClass::kC, "bytes", observed.peak_bytes, Direction::kLower);
  if (observed.peak_bytes != ledger::kUnknown) list.observations.back().quantum = kPeakQuantumBytes;
}

}  // namespace

std::vector<Observation> LedgerObservations(const ledger::Ledger& ledger,
                                            bool steps_depend_on_numerics) {
  const MetricClass done = steps_depend_on_numerics ? MetricClass::kD1 : MetricClass::kD0;
  List list;
  AddPlan(ledger.declared, list);
  AddWork(ledger.observed, done, list);
  AddModel(ledger.observed, list);
  AddData(ledger.observed, done, list);
  AddOperators(ledger.observed, done, list);
  AddAllocations(ledger.observed, list);
  AddMemory(ledger.observed, list);
  std::erase_if(list.observations, [&](const Observation& row) { return DiedWithAProcess(row.name, ledger.observed); });
  return list.observations;
}

bool DiedWithAProcess(std::string_view name, const ledger::Observed& observed) {
  if (observed.uncounted_steps == 0) return false;
  return name == "work.flops" || name.starts_with("operators.") || name.starts_with("memory.alloc");
}

}  // namespace plumbline::check
