// Run directories in memory and on disk for the tests of the judge: an honest small run and ways to
// change it.
#ifndef PLUMBLINE_TESTS_UNIT_CHECK_RUN_FIXTURE_H_
#define PLUMBLINE_TESTS_UNIT_CHECK_RUN_FIXTURE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/check/accept.h"
#include "harness/check/check.h"
#include "harness/check/run_record.h"
#include "tests/unit/ledger/training_loop.h"

namespace plumbline::check {

inline Observation Metric(const std::string& name, MetricClass metric_class,
                          std::vector<Value> values, Direction direction = Direction::kNone) {
  Observation observation;
  observation.name = name;
  observation.metric_class = metric_class;
  observation.direction = direction;
  observation.values = std::move(values);
  if (metric_class == MetricClass::kC) observation.quantum = 10;
  if (metric_class == MetricClass::kD2) observation.envelope = {1e-3, 0, 1e-3, 0};
  return observation;
}

inline config::Entry Setting(Json value, config::Layer layer, const std::string& file = "",
                             int line = 0) {
  config::Entry entry;
  entry.value = std::move(value);
  entry.origin.layer = layer;
  entry.origin.file = file;
  entry.origin.line = line;
  entry.origin.column = line == 0 ? 0 : 3;
  return entry;
}

// Settings that plan what HonestLedger declares: 10 rows, batch 2, 2 epochs, 2 warm-up steps.
inline std::map<std::string, config::Entry> SmallConfig() {
  using config::Layer;
  return {{"training.gradient_accumulation_steps", Setting(1, Layer::kDefault)},
          {"training.per_device_train_batch_size", Setting(2, Layer::kSuite, "suites/s.yaml", 2)},
          {"training.num_train_epochs", Setting(2, Layer::kSuite, "suites/s.yaml", 3)},
          {"training.warmup_steps", Setting(2, Layer::kPreset, "models/m.yaml", 4)},
          {"training.learning_rate", Setting(1e-3, Layer::kPreset, "models/m.yaml", 5)},
          {"training.lr_scheduler_type", Setting("linear", Layer::kDefault)},
          {"training.seed", Setting(42, Layer::kDefault)}};
}

inline RunRecord HonestRun() {
  RunRecord run;
  run.label = "run";
  run.evidence = std::string(64, 'e');
  run.set.suite = "s";
  run.set.status = RunStatus::kComplete;
  run.set.observations = {
      Metric("data.digest.train", MetricClass::kD0, {std::string("ab")}),
      Metric("eval.rouge1.f1", MetricClass::kD1, {0.5}, Direction::kHigher),
      Metric("memory.peak_bytes", MetricClass::kC, {int64_t{100}}, Direction::kLower),
      Metric("train.loss", MetricClass::kD1, {3.0, 2.0, 1.5}, Direction::kLower),
      Metric("train.loss", MetricClass::kD2, {3.0, 2.0, 1.5}, Direction::kLower),
      Metric("train.tokens_per_s", MetricClass::kN1, {10.0, 11.0, 12.0}, Direction::kHigher),
      Metric("work.optimizer_steps", MetricClass::kD0, {int64_t{10}})};
  run.ledger = ledger::HonestLedger();
  run.config = config::Resolved(SmallConfig());
  run.environment.machine = {
      {"cpu.isa", "avx,avx2"}, {"cpu.model", "a"}, {"kernel.machine", "x86_64"}, {"threads", "2"}};
  run.environment.code = {{"binary", "b1"}, {"revision", "r1"}};
  return run;
}

inline Observation& At(RunRecord& run, const std::string& name, MetricClass metric_class) {
  for (Observation& observation : run.set.observations) {
    if (observation.name == name && observation.metric_class == metric_class) return observation;
  }
  throw std::runtime_error("no " + name);
}

// What accepting `run` would store, in memory.
inline BaselineSet Stored(const RunRecord& run) {
  BaselineSet baselines;
  baselines.exact = ExactOf(run);
  baselines.keyed.emplace("k", KeyedOf(run));
  return baselines;
}

// Judges `run` against what the honest run stored.
inline Comparison JudgeAgainstHonest(const RunRecord& run, const CheckOptions& options = {}) {
  return Judge(run, Stored(HonestRun()), options);
}

inline std::filesystem::path WriteRun(const RunRecord& run,
                                      const std::filesystem::path& directory) {
  MakeDirectories(directory);
  WriteJsonFile(directory / "observations.json", ToJson(run.set));
  WriteJsonFile(directory / "ledger.json", ToJson(run.ledger));
  WriteJsonFile(directory / "resolved_config.json", run.config.ToJson());
  WriteJsonFile(directory / "environment.json", ToJson(run.environment));
  return directory;
}

inline const Row& RowOf(const Comparison& comparison, const std::string& name,
                        MetricClass metric_class) {
  for (const Row& row : comparison.rows) {
    if (row.name == name && row.metric_class == metric_class) return row;
  }
  throw std::runtime_error("no row " + name);
}

}  // namespace plumbline::check

#endif  // PLUMBLINE_TESTS_UNIT_CHECK_RUN_FIXTURE_H_
