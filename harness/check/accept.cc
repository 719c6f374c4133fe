#include "harness/check/accept.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/nearest.h"
#include "harness/base/utf8.h"
#include "harness/check/baseline.h"
#include "harness/check/divergence.h"
#include "harness/check/judge_facts.h"
#include "harness/check/rule.h"
#include "harness/check/run_record.h"
#include "harness/config/compare.h"
#include "harness/ledger/identities.h"

namespace plumbline::check {
namespace {

constexpr const char* kExactFile = "exact.txt";
constexpr const char* kExtension = ".txt";
constexpr size_t kRunsForBitwise = 2;
constexpr size_t kValuesForNoisy = 3;

[[noreturn]] void RefuseRun(const RunRecord& run, const std::string& found,
                            const std::string& wanted, const std::string& hint) {
  Fail(ErrorKind::kData, "accepting the run " + Quoted(run.label), found, wanted, hint);
}

void RequireSound(const RunRecord& run) {
  const std::vector<std::string> problems = ProblemsOf(run);
  if (!problems.empty())
    RefuseRun(run, problems.front(), "a complete, finite run", "running the suite again");
  const int64_t uncounted = run.ledger.observed.uncounted_steps;
  if (uncounted > 0) {
    RefuseRun(run, "no counts of " + std::to_string(uncounted) + " steps of a process that was lost",
              "a run whose work was counted whole", "running the suite again");
  }
  for (const ledger::Identity& identity : ledger::CheckIdentities(run.ledger)) {
    if (identity.holds) continue;
    RefuseRun(run, identity.name + " counted " + identity.observed,
              identity.declared + " = " + identity.formula + " as declared",
              "mending the loop: a broken identity cannot be accepted");
  }
}

void RequireSameKind(const RunRecord& first, const RunRecord& run) {
  if (run.set.suite != first.set.suite) {
    RefuseRun(run, "suite " + Quoted(run.set.suite), "suite " + Quoted(first.set.suite),
              "two runs of one suite");
  }
  const MachineKey left = KeyOf(first.environment);
  const MachineKey right = KeyOf(run.environment);
  const auto fields = CompareFields(left.numeric, right.numeric);
  if (!fields.empty()) {
    RefuseRun(run, "another machine: " + Describe(fields, 2), "both runs on one machine",
              "running both here");
  }
  const auto drift = config::SemanticDrift(first.config, run.config);
  if (!drift.empty()) {
    RefuseRun(run, config::Describe(drift.front()), "both runs with one configuration",
              "running both again");
  }
}

const Observation* Find(const RunRecord& run, const Observation& like) {
  const auto found = std::ranges::find_if(run.set.observations, [&](const Observation& other) {
    return other.name == like.name && other.metric_class == like.metric_class;
  });
  return found == run.set.observations.end() ? nullptr : &*found;
}

// D0, D1: the repetition must be the same bits. C and N: every value of every run counts.
void Merge(const RunRecord& run, Observation& row) {
  const Observation* again = Find(run, row);
  if (again == nullptr)
    RefuseRun(run, "no " + row.name, "every metric of the first run", "running both again");
  const bool exact = row.metric_class == MetricClass::kD0 || row.metric_class == MetricClass::kD1;
  if (exact) {
    const auto divergence = FindDivergence(row.values, again->values);
    if (!divergence) return;
    RefuseRun(run,
              row.name + " (" + ToText(row.metric_class) + ") repeats differently, " +
                  Describe(*divergence),
              "bitwise equal repetitions",
              "finding what is not deterministic; class D2 or N needs no equality");
  }
  if (row.metric_class == MetricClass::kD2) return;
  row.values.insert(row.values.end(), again->values.begin(), again->values.end());
}

void RequireSamples(const std::vector<RunRecord>& runs, const Observation& row) {
  if (row.metric_class == MetricClass::kD1 && runs.size() < kRunsForBitwise) {
    RefuseRun(runs.front(), "1 run for " + row.name + " (D1)", "2 runs",
              "the suite's .accept, which runs twice");
  }
  const bool noisy = row.metric_class == MetricClass::kN1 || row.metric_class == MetricClass::kN2;
  if (noisy && row.values.size() < kValuesForNoisy) {
    RefuseRun(runs.front(), std::to_string(row.values.size()) + " values of " + row.name,
              std::to_string(kValuesForNoisy) + " or more", "more repetitions");
  }
}

// What all runs together say, sound and repeated.
RunRecord MergedRun(const std::vector<RunRecord>& runs) {
  RunRecord merged = runs.front();
  for (Observation& row : merged.set.observations) {
    for (size_t i = 1; i < runs.size(); ++i) Merge(runs[i], row);
    RequireSamples(runs, row);
  }
  for (size_t i = 1; i < runs.size(); ++i) {
    for (const Observation& other : runs[i].set.observations) {
      if (Find(merged, other) == nullptr) {
        RefuseRun(merged, "no " + other.name, "every metric of both runs", "running both again");
      }
    }
  }
  return merged;
}

void RequireKnownNames(const RunRecord& run, const std::vector<std::string>& metrics) {
  std::vector<std::string> known;
  for (const Observation& observation : run.set.observations) known.push_back(observation.name);
  for (const std::string& name : metrics) {
    if (std::ranges::find(known, name) != known.end()) continue;
    Fail(ErrorKind::kUsage, "accepting a metric", Quoted(name), "one that the runs measured",
         Quoted(NearestName(name, known)));
  }
}

// Only the named rows move: with a changed configuration the others would belong to another run.
void RequireSameConfig(const Baseline& stored, const RunRecord& run) {
  const auto drift = config::SemanticDrift(ConfigOf(stored), run.config);
  if (drift.empty()) return;
  Fail(ErrorKind::kUsage, "accepting some metrics only", config::Describe(drift.front()),
       "the stored configuration", "accepting all metrics, without --metric");
}

std::string Label(const Observation& row) { return row.name + " " + ToText(row.metric_class); }

// The stored file with the named rows of `measured` put in, in place.
Baseline WithNamedRows(Baseline stored, const Baseline& measured,
                       const std::set<std::string>& names) {
  std::erase_if(stored.rows, [&](const Observation& row) {
    return names.contains(row.name) && FindRow(measured, row.name, row.metric_class) != nullptr;
  });
  for (const Observation& row : measured.rows) {
    if (names.contains(row.name)) stored.rows.push_back(row);
  }
  return stored;
}

void DescribeRows(const Baseline& before, const Baseline& after,
                  std::vector<std::string>& changes) {
  for (const Observation& row : after.rows) {
    const Observation* old = FindRow(before, row.name, row.metric_class);
    if (old == nullptr) {
      changes.push_back(Label(row) + ": new, " + SummaryOf(row));
    } else if (FindDivergence(old->values, row.values)) {
      changes.push_back(Label(row) + ": " + SummaryOf(*old) + " -> " + SummaryOf(row));
    }
  }
  for (const Observation& row : before.rows) {
    if (FindRow(after, row.name, row.metric_class) == nullptr)
      changes.push_back(Label(row) + ": removed");
  }
}

void DescribeConfig(const Baseline& before, const Baseline& after,
                    std::vector<std::string>& changes) {
  if (before.config.empty() || before.config == after.config) return;
  for (const config::Difference& difference : config::Compare(ConfigOf(before), ConfigOf(after))) {
    changes.push_back("config " + config::Describe(difference));
  }
}

// Everything stored still holds by its own rule: recording a further machine must not move the
// common reference.
bool StillHolds(const Baseline& stored, const Baseline& measured) {
  if (stored.config != measured.config || stored.plan != measured.plan) return false;
  if (stored.rows.size() != measured.rows.size()) return false;
  return std::ranges::all_of(measured.rows, [&](const Observation& row) {
    const Observation* old = FindRow(stored, row.name, row.metric_class);
    if (old == nullptr || old->unit != row.unit || old->direction != row.direction ||
        TypeName(*old) != TypeName(row)) {
      return false;
    }
    const RowDecision decision = RuleOf(row.metric_class)(*old, row);
    return decision.status == RowStatus::kSame || !decision.gates;
  });
}

struct Pending {
  std::filesystem::path path;
  std::string text;
};

// The new file of one scope, or nothing when it already says this.
std::optional<Pending> Prepare(const std::filesystem::path& path,
                               const std::optional<Baseline>& stored, Baseline measured,
                               const Acceptance& acceptance, std::vector<std::string>& changes) {
  const bool partial = !acceptance.metrics.empty();
  const std::set<std::string> names(acceptance.metrics.begin(), acceptance.metrics.end());
  if (partial && stored) {
    measured = WithNamedRows(*stored, measured, names);
  } else if (partial) {
    std::erase_if(measured.rows, [&](const Observation& row) { return !names.contains(row.name); });
  }
  measured.history = stored ? stored->history : std::vector<Acceptance>{};
  if (measured.rows.empty() && !stored) return std::nullopt;
  if (!partial && stored && stored->scope == Scope::kExact && StillHolds(*stored, measured))
    return std::nullopt;
  const Baseline before = stored.value_or(Baseline{});
  Append(measured, acceptance);
  if (stored && measured.history.back().content == before.history.back().content)
    return std::nullopt;
  DescribeConfig(before, measured, changes);
  DescribeRows(before, measured, changes);
  return Pending{path, ToText(measured)};
}

Acceptance AcceptanceOf(const std::vector<RunRecord>& runs, const AcceptOptions& options) {
  Acceptance acceptance;
  acceptance.recorded_by = options.recorded_by;
  acceptance.reason = options.reason;
  const std::set<std::string> sorted(options.metrics.begin(), options.metrics.end());
  acceptance.metrics.assign(sorted.begin(), sorted.end());
  for (const RunRecord& run : runs) acceptance.evidence.push_back(run.evidence);
  acceptance.repetition =
      runs.size() == 1 ? "1 run" : std::to_string(runs.size()) + " runs, bitwise equal";
  return acceptance;
}

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::vector<RunRecord> ReadSoundRuns(const std::vector<std::filesystem::path>& directories) {
  std::vector<RunRecord> runs;
  for (const std::filesystem::path& directory : directories) {
    runs.push_back(ReadRun(directory));
    RequireSound(runs.back());
    RequireSameKind(runs.front(), runs.back());
  }
  return runs;
}

void RequireRequest(const std::vector<std::filesystem::path>& run_directories,
                    const AcceptOptions& options) {
  if (IsBlank(options.reason)) {
    Fail(ErrorKind::kUsage, "accepting a baseline", "no reason",
         "--reason \"why the numbers moved\"", "giving one");
  }
  if (FirstInvalidUtf8(options.reason) || FirstInvalidUtf8(options.recorded_by)) {
    Fail(ErrorKind::kUsage, "accepting a baseline", "a reason or command that is not UTF-8",
         "UTF-8 text", "typing it again");
  }
  if (run_directories.empty()) {
    Fail(ErrorKind::kUsage, "accepting a baseline", "no run", "a run directory or two",
         "naming them");
  }
}

}  // namespace

AcceptResult AcceptRuns(const std::vector<std::filesystem::path>& run_directories,
                        const std::filesystem::path& baseline_directory,
                        const AcceptOptions& options) {
  RequireRequest(run_directories, options);
  const std::vector<RunRecord> runs = ReadSoundRuns(run_directories);
  const RunRecord merged = MergedRun(runs);
  RequireKnownNames(merged, options.metrics);
  const BaselineSet stored = ReadBaselines(baseline_directory, merged.set.suite);
  if (!options.metrics.empty() && stored.exact) RequireSameConfig(*stored.exact, merged);
  const Acceptance acceptance = AcceptanceOf(runs, options);
  const std::string stem = FileStemOf(KeyOf(merged.environment));
  const auto keyed = stored.keyed.find(stem);
  const std::optional<Baseline> stored_keyed =
      keyed == stored.keyed.end() ? std::nullopt : std::optional(keyed->second);
  AcceptResult result;
  std::vector<std::optional<Pending>> pending;
  pending.push_back(Prepare(baseline_directory / (stem + kExtension), stored_keyed, KeyedOf(merged),
                            acceptance, result.changes));
  pending.push_back(Prepare(baseline_directory / kExactFile, stored.exact, ExactOf(merged),
                            acceptance, result.changes));
  MakeDirectories(baseline_directory);
  for (const auto& file : pending) {
    if (!file) continue;
    WriteFileAtomic(file->path, file->text);
    result.written.push_back(file->path);
  }
  return result;
}

}  // namespace plumbline::check
