#include "harness/check/judge_facts.h"

#include <algorithm>
#include <array>

#include "harness/ledger/plan_config.h"

namespace plumbline::check {
namespace {

constexpr std::array<const char*, 7> kPlanes = {"config",     "code",        "data",  "tokenizer",
                                                "checkpoint", "environment", "binary"};
constexpr const char* kSame = "same";
constexpr const char* kDiffers = "differs";
constexpr const char* kUnknown = "unknown";
constexpr size_t kFieldsNamed = 3;

Cell& CellOf(Comparison& comparison, const std::string& plane) {
  return *std::ranges::find(comparison.inventory, plane, &Cell::plane);
}

void Settle(Cell& cell, int64_t differing, std::string detail) {
  cell.state = differing == 0 ? kSame : kDiffers;
  cell.count = differing;
  cell.detail = std::move(detail);
}

void AddConfigCell(Comparison& comparison) {
  int64_t chains = 0;
  int64_t values = 0;
  std::string names;
  for (const ConfigChange& change : comparison.config) {
    ++(change.kind == "chain" ? chains : values);
    if (change.kind != "chain") names += (names.empty() ? "" : ", ") + change.key;
  }
  const std::string note = std::to_string(chains) + " chains changed with equal values";
  Settle(CellOf(comparison, "config"), values, values > 0 ? names : chains > 0 ? note : "");
}

// A plane whose facts are D0 rows with a common front.
void AddRowsCell(const std::string& plane, Comparison& comparison) {
  int64_t differing = 0;
  int64_t seen = 0;
  std::string names;
  for (const Row& row : comparison.rows) {
    if (!row.name.starts_with(plane + ".") || row.decision.status == RowStatus::kNew) continue;
    ++seen;
    if (row.decision.status == RowStatus::kSame) continue;
    ++differing;
    names += (names.empty() ? "" : ", ") + row.name;
  }
  if (seen > 0) Settle(CellOf(comparison, plane), differing, names);
}

void AddCodeCell(const char* plane, const char* field, const Baseline& exact,
                 const Environment& environment, Comparison& comparison) {
  const auto stored = exact.recorded.find(std::string(kCodePrefix) + field);
  const auto here = environment.code.find(field);
  if (stored == exact.recorded.end() || here == environment.code.end()) return;
  const bool same = stored->second == here->second;
  Settle(CellOf(comparison, plane), same ? 0 : 1,
         same ? "" : stored->second + " -> " + here->second);
}

void AddEnvironmentCell(const Baseline& exact, const Environment& environment,
                        Comparison& comparison) {
  Fields stored = exact.recorded;
  std::erase_if(stored, [](const auto& field) { return field.first.starts_with(kCodePrefix); });
  if (stored.empty()) return;
  const auto differences = CompareFields(stored, environment.machine);
  Settle(CellOf(comparison, "environment"), static_cast<int64_t>(differences.size()),
         Describe(differences, kFieldsNamed));
}

// Stored value of a work row in whichever class it has.
std::string StoredWork(const std::string& name, const Baseline* exact, const Baseline* numeric) {
  for (const auto& [baseline, metric_class] :
       {std::pair(exact, MetricClass::kD0), std::pair(numeric, MetricClass::kD1)}) {
    if (baseline == nullptr) continue;
    if (const Observation* row = FindRow(*baseline, name, metric_class)) return SummaryOf(*row);
  }
  return "";
}

std::string CountText(int64_t count) {
  return count == ledger::kUnknown ? "" : std::to_string(count);
}

void AddLedgerRows(const ledger::Ledger& ledger, const Baseline* exact, const Baseline* numeric,
                   Comparison& comparison) {
  const ledger::Declared& declared = ledger.declared;
  const ledger::Observed& observed = ledger.observed;
  const auto add = [&](const char* name, int64_t planned, int64_t counted) {
    comparison.ledger.push_back({name, CountText(planned), CountText(counted),
                                 StoredWork(std::string("work.") + name, exact, numeric)});
  };
  const bool trains = declared.train_rows > 0;
  const int64_t steps = declared.optimizer_steps;
  add("examples", trains ? ExamplesFor(declared, steps) : 0, observed.examples);
  add("micro_batches", trains ? MicroBatchesFor(declared, steps) : 0, observed.micro_batches);
  add("backward_calls", trains ? MicroBatchesFor(declared, steps) : 0, observed.backward_calls);
  add("optimizer_steps", steps, observed.optimizer_steps);
  add("micro_batches_per_step_max", declared.gradient_accumulation_steps,
      observed.micro_batches_per_step_max);
  add("micro_batches_per_step_min", ledger::kUnknown, observed.micro_batches_per_step_min);
  add("scheduler_steps", steps, observed.scheduler_steps);
  add("source_tokens", ledger::kUnknown, observed.source_tokens);
  add("target_tokens", ledger::kUnknown, observed.target_tokens);
  add("padding_tokens", ledger::kUnknown, observed.padding_tokens);
  comparison.ledger.push_back({"trainable_parameters", CountText(declared.trainable_parameters),
                               CountText(observed.trainable_parameters),
                               StoredWork("model.trainable_parameters", exact, numeric)});
  comparison.ledger.push_back({"warmup_steps", CountText(declared.schedule.warmup_steps), "",
                               StoredWork("plan.warmup_steps", exact, numeric)});
}

std::vector<double> Numbers(const Observation& observation) {
  std::vector<double> numbers;
  for (const Value& value : observation.values) numbers.push_back(NumberOf(value));
  return numbers;
}

void AddCurves(const RunRecord& run, const Baseline* exact, const Baseline* numeric,
               Comparison& comparison) {
  for (const Observation& series : run.set.observations) {
    const bool drawn =
        series.values.size() > 1 && TypeName(series) == "real" &&
        (series.metric_class == MetricClass::kD0 || series.metric_class == MetricClass::kD1);
    if (!drawn) continue;
    const Observation* stored = nullptr;
    if (numeric != nullptr) stored = FindRow(*numeric, series.name, series.metric_class);
    if (exact != nullptr && stored == nullptr)
      stored = FindRow(*exact, series.name, series.metric_class);
    if (exact != nullptr && stored == nullptr)
      stored = FindRow(*exact, series.name, MetricClass::kD2);
    comparison.curves.push_back({series.name, series.unit,
                                 stored == nullptr ? std::vector<double>{} : Numbers(*stored),
                                 Numbers(series)});
  }
}

int64_t PlanValue(const Baseline& exact, const std::string& name) {
  const auto found = exact.plan.find(name);
  return found == exact.plan.end() ? ledger::kUnknown : found->second;
}

}  // namespace

std::string SummaryOf(const Observation& observation) {
  if (observation.values.empty()) return "no values";
  if (observation.values.size() == 1) return ValueText(observation.values.front());
  return std::to_string(observation.values.size()) + " values, last " +
         ValueText(observation.values.back());
}

std::vector<Cell> UnknownInventory() {
  std::vector<Cell> inventory;
  for (const char* plane : kPlanes) inventory.push_back({plane, kUnknown, 0, ""});
  return inventory;
}

void AddFacts(const RunRecord& run, const Baseline* exact, const Baseline* numeric,
              Comparison& comparison) {
  comparison.inventory = UnknownInventory();
  for (const char* plane : {"data", "tokenizer", "checkpoint"}) AddRowsCell(plane, comparison);
  AddLedgerRows(run.ledger, exact, numeric, comparison);
  AddCurves(run, exact, numeric, comparison);
  if (exact == nullptr) {
    comparison.planned_steps_candidate = run.ledger.declared.optimizer_steps;
    return;
  }
  AddConfigCell(comparison);
  AddCodeCell("code", "revision", *exact, run.environment, comparison);
  AddCodeCell("binary", "binary", *exact, run.environment, comparison);
  AddEnvironmentCell(*exact, run.environment, comparison);
  AddPlannedSteps(*exact, run.config, run.ledger.declared, comparison);
}

void AddPlannedSteps(const Baseline& exact, const config::Resolved& resolved,
                     const std::optional<ledger::Declared>& planned, Comparison& comparison) {
  comparison.planned_steps_baseline = PlanValue(exact, "optimizer_steps");
  if (planned) {
    comparison.planned_steps_candidate = planned->optimizer_steps;
    return;
  }
  int64_t rows = PlanValue(exact, "train_rows");
  if (rows <= 0) return;
  const auto limit = resolved.entries().find("data.max_train_samples");
  if (limit != resolved.entries().end() && limit->second.value.is_number_integer()) {
    rows = std::min(rows, limit->second.value.get<int64_t>());
  }
  comparison.planned_steps_candidate =
      ledger::PlanTraining(ledger::InputsFromConfig(resolved, rows)).optimizer_steps;
}

}  // namespace plumbline::check
