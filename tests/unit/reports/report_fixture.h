// Judged runs in memory, and a section's words as one text, for the tests of the report.
#ifndef PLUMBLINE_TESTS_UNIT_REPORTS_REPORT_FIXTURE_H_
#define PLUMBLINE_TESTS_UNIT_REPORTS_REPORT_FIXTURE_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reports/section.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::report {

using check::Direction;
using check::HonestRun;
using check::Metric;
using check::MetricClass;
using check::RunRecord;

// The honest run with what only a report looks at: scores of other summaries, speeds.
inline RunRecord ReportedRun() {
  RunRecord run = HonestRun();
  const auto add = [&](check::Observation observation) {
    run.set.observations.push_back(std::move(observation));
  };
  add(Metric("base.rouge1.f1", MetricClass::kD1, {0.25}, Direction::kHigher));
  add(Metric("lead1.rouge1.f1", MetricClass::kD0, {0.125}, Direction::kHigher));
  add(Metric("speed.train.samples_per_s", MetricClass::kN1, {9.0, 10.0, 11.0}, Direction::kHigher));
  add(Metric("machine.sgemm", MetricClass::kN1, {30.0, 31.0, 32.0}, Direction::kHigher));
  return run;
}

inline Run PartsOf(const RunRecord& record) {
  Run run;
  run.observations = record.set;
  run.ledger = record.ledger;
  run.config = record.config;
  run.environment = record.environment;
  return run;
}

// `candidate` judged by what `base` stored; with_base: the base is a run on disk too.
inline Facts JudgedFacts(const RunRecord& candidate, const RunRecord& base,
                         bool with_base = false) {
  Facts facts;
  facts.comparison = check::Judge(candidate, check::Stored(base), {false, "s"});
  facts.candidate = PartsOf(candidate);
  if (with_base) facts.base = PartsOf(base);
  return facts;
}

inline Facts PassingFacts() { return JudgedFacts(ReportedRun(), ReportedRun()); }

inline Facts UnjudgedFacts() {
  Facts facts;
  facts.comparison = check::Judge(ReportedRun(), {}, {});
  facts.candidate = PartsOf(ReportedRun());
  return facts;
}

// A run of which not even the directory exists.
inline Facts EmptyFacts() {
  Facts facts;
  facts.comparison.trained = false;
  facts.comparison.verdict = check::Verdict::kConfigDrift;
  return facts;
}

// A loop that really accumulates four micro-batches while the configuration says one.
inline RunRecord LyingRun() {
  RunRecord run = ReportedRun();
  ledger::LoopOptions really;
  really.accumulation = 4;
  run.ledger.observed = ledger::RunLoop(really, run.ledger.declared.schedule);
  return run;
}

inline RunRecord DriftedRun() {
  RunRecord run = ReportedRun();
  auto entries = check::SmallConfig();
  config::Entry& entry = entries["training.gradient_accumulation_steps"];
  entry = check::Setting(4, config::Layer::kSuite, "suites/s.yaml", 14);
  entry.shadowed.push_back({Json(2), check::Setting(2, config::Layer::kPreset, "m.yaml", 7).origin});
  run.config = config::Resolved(entries);
  return run;
}

// All words of a section, a line each: cells of one row joined by " | ".
inline std::string WordsOf(const Section& section) {
  std::string words = section.title + "\n";
  for (const Block& block : section.blocks) {
    if (const auto* paragraph = std::get_if<Paragraph>(&block.content))
      words += paragraph->text.value + "\n";
    if (const auto* commands = std::get_if<Commands>(&block.content)) {
      words += commands->label + "\n";
      for (const std::string& line : commands->lines) words += "$ " + line + "\n";
    }
    if (const auto* table = std::get_if<Table>(&block.content)) {
      words += table->caption + "\n";
      for (const TableRow& row : table->rows) {
        std::string line;
        for (const Text& cell : row.cells) line += (line.empty() ? "" : " | ") + cell.value;
        words += line + "\n";
      }
    }
    if (const auto* charts = std::get_if<Charts>(&block.content)) {
      for (const Chart& chart : charts->charts) words += "chart " + chart.title + "\n";
    }
  }
  return words;
}

}  // namespace plumbline::report

#endif  // PLUMBLINE_TESTS_UNIT_REPORTS_REPORT_FIXTURE_H_
