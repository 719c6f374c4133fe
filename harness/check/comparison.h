// One set of facts about a judged run: every surface (terminal, HTML, Markdown, JUnit) renders
// these and computes nothing. Filled by check.cc and attribution.cc; written as comparison.json,
// versioned.
#ifndef PLUMBLINE_HARNESS_CHECK_COMPARISON_H_
#define PLUMBLINE_HARNESS_CHECK_COMPARISON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/check/audit_facts.h"
#include "harness/check/machine.h"
#include "harness/check/rule.h"
#include "harness/check/verdict.h"
#include "harness/ledger/identities.h"

namespace plumbline::check {

// A metric: what was stored, what was measured, what the rule said.
struct Row {
  std::string name;
  MetricClass metric_class = MetricClass::kD0;
  std::string unit;
  Direction direction = Direction::kNone;
  std::string rule;
  RowDecision decision;
  std::string baseline;   // value or "500 values, last 0.25"; empty: none stored
  std::string candidate;  // empty: not measured
};

// The inventory: is anything but the metrics different? Planes: config, code, data, tokenizer,
// checkpoint, environment, binary, always all seven in this order.
struct Cell {
  std::string plane;
  std::string state;  // "same", "differs", "unknown"
  int64_t count = 0;  // things that differ
  std::string detail;
};

struct ConfigChange {
  std::string key;
  std::string kind;  // "value", "chain", "removed", "added"
  bool semantic = false;
  bool drifts = false;  // makes the verdict CONFIG_DRIFT
  Json baseline;        // {"value", "origin", "shadowed"} or null
  Json candidate;
  std::string sentence;  // "models/a.yaml:3:5 (preset) raised training.x from 1 to 4"
};

struct LedgerRow {
  std::string name;
  std::string declared;  // empty: nothing declared
  std::string observed;
  std::string baseline;  // empty: none stored
};

struct Cause {
  std::string plane;     // config, ledger, data, tokenizer, checkpoint, environment, binary, code,
                         // run, baseline, none
  std::string id;        // key, identity, role or field
  std::string sentence;  // without a full stop
  std::string strength;  // "because", "probably because", "together with", "no cause found"
};

// A series on both sides, in full precision, for drawing; a side without it is empty.
struct Curve {
  std::string name;
  std::string unit;
  std::vector<double> baseline;
  std::vector<double> candidate;
};

struct Comparison {
  std::string suite;
  std::string baseline_label;
  std::string candidate_label;
  Verdict verdict = Verdict::kInvalid;
  bool trained = true;  // false: judged before the first step
  std::string headline;
  std::vector<Cause> causes;          // best first
  std::vector<std::string> problems;  // why the run is INVALID
  std::vector<Cell> inventory;
  std::vector<ConfigChange> config;
  std::vector<std::string> shadows;  // semantic settings of this run that lost, one line each
  std::vector<ledger::Identity> identities;
  std::vector<LedgerRow> ledger;
  int64_t planned_steps_baseline = -1;  // optimizer steps; -1: unknown
  int64_t planned_steps_candidate = -1;
  std::vector<Row> rows;
  std::vector<Curve> curves;
  std::vector<FieldDifference> not_comparable;  // fields that keep stored rows from being compared
  AuditFacts audit;  // of the candidate run; leaves the verdict alone
  std::vector<std::string> notes;
  std::vector<std::string> next;  // commands, the first is the one to type

  int exit_status() const { return ExitStatusOf(verdict); }
};

std::string ToText(
    RowStatus status);  // "same", "worse", "better", "changed", "missing", "new", ...

// How many rows have this status.
int64_t CountRows(const Comparison& comparison, RowStatus status);

// The command that stores what was measured.
std::string AcceptCommand(const std::string& suite);

// comparison.json.
Json ToJson(const Comparison& comparison);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_COMPARISON_H_
