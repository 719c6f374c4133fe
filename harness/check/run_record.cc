#include "harness/check/run_record.h"

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"

namespace plumbline::check {
namespace {

constexpr const char* kObservations = "observations.json";
constexpr const char* kLedger = "ledger.json";
constexpr const char* kConfig = "resolved_config.json";
constexpr const char* kEnvironment = "environment.json";

void AddPlan(const ledger::Declared& declared, std::map<std::string, int64_t>& plan) {
  plan["train_rows"] = declared.train_rows;
  plan["micro_batches_per_epoch"] = declared.micro_batches_per_epoch;
  plan["steps_per_epoch"] = declared.steps_per_epoch;
  plan["optimizer_steps"] = declared.optimizer_steps;
  plan["warmup_steps"] = declared.schedule.warmup_steps;
}

void AddRows(const RunRecord& run, Scope scope, Baseline& baseline) {
  for (const Observation& observation : run.set.observations) {
    if (ScopeOf(observation.metric_class) == scope) baseline.rows.push_back(observation);
  }
}

}  // namespace

RunRecord ReadRun(const std::filesystem::path& directory) {
  const std::string observations = ReadFile(directory / kObservations);
  RunRecord run;
  run.label = directory.has_filename() ? directory.filename().string()
                                       : directory.parent_path().filename().string();
  run.evidence = Sha256Hex(observations);
  run.set =
      ObservationSetFromJson(ParseJson(observations, Quoted((directory / kObservations).string())));
  run.ledger = ledger::LedgerFromJson(ReadJsonFile(directory / kLedger));
  run.config =
      config::Resolved::FromJson(ReadJsonFile(directory / kConfig), (directory / kConfig).string());
  run.environment = EnvironmentFromJson(ReadJsonFile(directory / kEnvironment));
  return run;
}

std::vector<std::string> ProblemsOf(const RunRecord& run) {
  std::vector<std::string> problems;
  if (run.set.status != RunStatus::kComplete)
    problems.push_back("the run is " + ToText(run.set.status));
  problems.insert(problems.end(), run.set.problems.begin(), run.set.problems.end());
  if (run.set.observations.empty()) problems.push_back("zero metrics were measured");
  for (const Observation& observation : run.set.observations) {
    const std::string defect = DefectOf(observation);
    if (!defect.empty()) problems.push_back(observation.name + " has " + defect);
  }
  const ledger::Observed& observed = run.ledger.observed;
  const auto nonfinite = [&](int64_t count, const char* what) {
    if (count > observed.skipped_steps)
      problems.push_back(std::to_string(count) + " " + what + " not finite");
  };
  nonfinite(observed.nonfinite_losses, "losses were");
  nonfinite(observed.nonfinite_gradient_norms, "gradient norms were");
  return problems;
}

Baseline ExactOf(const RunRecord& run) {
  Baseline baseline;
  baseline.scope = Scope::kExact;
  baseline.suite = run.set.suite;
  baseline.recorded = run.environment.machine;
  for (const auto& [name, value] : run.environment.code)
    baseline.recorded[kCodePrefix + name] = value;
  const Json document = run.config.ToJson();
  for (const auto& item : document.at("values").items())
    baseline.config[item.key()] = item.value().dump();
  AddPlan(run.ledger.declared, baseline.plan);
  AddRows(run, Scope::kExact, baseline);
  return baseline;
}

Baseline KeyedOf(const RunRecord& run) {
  Baseline baseline;
  baseline.scope = Scope::kKeyed;
  baseline.suite = run.set.suite;
  baseline.key = KeyOf(run.environment);
  AddRows(run, Scope::kKeyed, baseline);
  return baseline;
}

config::Resolved ConfigOf(const Baseline& baseline) {
  Json values = Json::object();
  for (const auto& [key, entry] : baseline.config)
    values[key] = ParseJson(entry, "baseline config " + key);
  return config::Resolved::FromJson(Json{{"values", values}}, "baseline of " + baseline.suite);
}

}  // namespace plumbline::check
