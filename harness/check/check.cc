#include "harness/check/check.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/check/attribution.h"
#include "harness/check/judge_facts.h"
#include "harness/check/ledger_observations.h"
#include "harness/config/compare.h"

namespace plumbline::check {
namespace {

// The stored rows that apply to this run, class by class.
struct Applicable {
  const Baseline* exact = nullptr;
  const Baseline* numeric = nullptr;      // D1
  const Baseline* performance = nullptr;  // N1, N2
  const Baseline* nearest = nullptr;      // when `numeric` is absent: fewest numeric fields differ

  const Baseline* For(MetricClass metric_class) const {
    if (ScopeOf(metric_class) == Scope::kExact) return exact;
    return metric_class == MetricClass::kD1 ? numeric : performance;
  }
};

Applicable Choose(const BaselineSet& baselines, const MachineKey& key) {
  Applicable applicable;
  if (baselines.exact) applicable.exact = &*baselines.exact;
  size_t fewest = 0;
  for (const auto& [stem, baseline] : baselines.keyed) {
    const size_t numeric = CompareFields(baseline.key.numeric, key.numeric).size();
    const bool performance = CompareFields(baseline.key.performance, key.performance).empty();
    if (performance && applicable.performance == nullptr) applicable.performance = &baseline;
    if (numeric == 0 && (applicable.numeric == nullptr || performance))
      applicable.numeric = &baseline;
    if (applicable.nearest == nullptr || numeric < fewest) {
      applicable.nearest = &baseline;
      fewest = numeric;
    }
  }
  return applicable;
}

RowDecision Decide(const Observation& baseline, const Observation& candidate) {
  for (const Observation* side : {&baseline, &candidate}) {
    const std::string defect = DefectOf(*side);
    if (!defect.empty()) {
      const char* whose = side == &baseline ? "the baseline has " : "this run has ";
      return {RowStatus::kInvalid, true, whose + defect, std::nullopt};
    }
  }
  const auto differs = [](const char* what, const std::string& before, const std::string& after) {
    return RowDecision{RowStatus::kChanged, true, std::string(what) + " " + before + " -> " + after,
                       std::nullopt};
  };
  if (baseline.unit != candidate.unit) return differs("unit", baseline.unit, candidate.unit);
  if (baseline.direction != candidate.direction) {
    return differs("direction", ToText(baseline.direction), ToText(candidate.direction));
  }
  if (TypeName(baseline) != TypeName(candidate)) {
    return differs("type", TypeName(baseline), TypeName(candidate));
  }
  return RuleOf(baseline.metric_class)(baseline, candidate);
}

Row RowFor(const Observation& observation) {
  Row row;
  row.name = observation.name;
  row.metric_class = observation.metric_class;
  row.unit = observation.unit;
  row.direction = observation.direction;
  row.rule = RuleName(observation.metric_class);
  return row;
}

Row CandidateRow(const Observation& observation, const Applicable& applicable,
                 const CheckOptions& options) {
  Row row = RowFor(observation);
  row.candidate = SummaryOf(observation);
  const Baseline* baseline = applicable.For(observation.metric_class);
  const Observation* stored = baseline == nullptr
                                  ? nullptr
                                  : FindRow(*baseline, observation.name, observation.metric_class);
  if (stored != nullptr) {
    row.baseline = SummaryOf(*stored);
    row.decision = Decide(*stored, observation);
  } else if (baseline == nullptr && ScopeOf(observation.metric_class) == Scope::kKeyed) {
    const bool counts = options.strict && observation.metric_class == MetricClass::kD1;
    row.decision = {RowStatus::kNotComparable, counts, "stored for no machine of this key",
                    std::nullopt};
  } else {
    row.decision = {RowStatus::kNew, options.strict, "no stored value", std::nullopt};
  }
  return row;
}

RowDecision MissingDecision(const std::string& name, const ledger::Observed& observed,
                            const CheckOptions& options) {
  if (!DiedWithAProcess(name, observed)) {
    return {RowStatus::kMissing, true, "stored, but not measured by this run", std::nullopt};
  }
  return {RowStatus::kMissing, options.strict,
          "not counted in " + std::to_string(observed.uncounted_steps) + " steps of a process that was lost",
          std::nullopt};
}

void AddRows(const RunRecord& run, const Applicable& applicable, const CheckOptions& options,
             Comparison& comparison) {
  std::set<std::pair<std::string, MetricClass>> measured;
  for (const Observation& observation : run.set.observations) {
    measured.emplace(observation.name, observation.metric_class);
    comparison.rows.push_back(CandidateRow(observation, applicable, options));
  }
  for (const MetricClass metric_class : {MetricClass::kD0, MetricClass::kD1, MetricClass::kD2,
                                         MetricClass::kN1, MetricClass::kN2, MetricClass::kC}) {
    const Baseline* baseline = applicable.For(metric_class);
    if (baseline == nullptr) continue;
    for (const Observation& stored : baseline->rows) {
      if (stored.metric_class != metric_class || measured.contains({stored.name, metric_class}))
        continue;
      Row row = RowFor(stored);
      row.baseline = SummaryOf(stored);
      row.decision = MissingDecision(stored.name, run.ledger.observed, options);
      comparison.rows.push_back(std::move(row));
    }
  }
  std::ranges::sort(comparison.rows, {},
                    [](const Row& row) { return std::pair(row.name, row.metric_class); });
}

Verdict VerdictOf(const RowDecision& decision) {
  if (decision.status == RowStatus::kInvalid) return Verdict::kInvalid;
  if (!decision.gates) return Verdict::kPass;
  switch (decision.status) {
    case RowStatus::kWorse:
    case RowStatus::kMissing:
      return Verdict::kRegression;
    case RowStatus::kBetter:
    case RowStatus::kChanged:
    case RowStatus::kNew:
      return Verdict::kUnexplainedChange;
    case RowStatus::kNotComparable:
      return Verdict::kNotComparable;
    case RowStatus::kInsufficient:
      return Verdict::kInsufficient;
    default:
      return Verdict::kPass;
  }
}

Verdict VerdictOf(const Comparison& comparison, const BaselineSet& baselines, bool drift) {
  Verdict verdict = Verdict::kPass;
  if (!comparison.problems.empty()) verdict = Worse(verdict, Verdict::kInvalid);
  if (drift) verdict = Worse(verdict, Verdict::kConfigDrift);
  if (!ledger::AllHold(comparison.identities)) verdict = Worse(verdict, Verdict::kBrokenLedger);
  if (!baselines.exact) verdict = Worse(verdict, Verdict::kNoBaseline);
  for (const Row& row : comparison.rows) verdict = Worse(verdict, VerdictOf(row.decision));
  // A green that compared nothing would be a lie.
  const bool judged = std::ranges::any_of(comparison.rows, [](const Row& row) {
    return row.decision.gates && row.decision.status == RowStatus::kSame;
  });
  return verdict == Verdict::kPass && !judged ? Verdict::kNotComparable : verdict;
}

void AddMachine(const RunRecord& run, const Applicable& applicable, Comparison& comparison) {
  if (applicable.numeric != nullptr || applicable.nearest == nullptr) return;
  comparison.not_comparable =
      CompareFields(applicable.nearest->key.numeric, KeyOf(run.environment).numeric);
  for (Row& row : comparison.rows) {
    if (row.decision.status != RowStatus::kNotComparable) continue;
    row.decision.reason = "stored for another machine: " + Describe(comparison.not_comparable, 2);
  }
}

// Messages may quote a damaged file; facts are UTF-8.
std::string SoundUtf8(const std::string& text) {
  std::string sound;
  for (size_t i = 0; i < text.size();) {
    const size_t bytes = CodePointAt(text, i).num_bytes;
    sound += bytes == 0 ? "\xEF\xBF\xBD" : text.substr(i, bytes);
    i += bytes == 0 ? 1 : bytes;
  }
  return sound;
}

Comparison Invalid(const std::string& suite, const std::string& problem) {
  Comparison comparison;
  comparison.suite = suite;
  comparison.inventory = UnknownInventory();
  MakeInvalid(problem, comparison);
  return comparison;
}

bool AddConfig(const BaselineSet& baselines, const config::Resolved& resolved,
               Comparison& comparison) {
  comparison.shadows = config::SemanticShadows(resolved);
  if (!baselines.exact) return false;
  const config::Resolved stored = ConfigOf(*baselines.exact);
  std::set<std::string> drifting;
  for (const config::Difference& difference : config::SemanticDrift(stored, resolved)) {
    drifting.insert(difference.key);
  }
  for (const config::Difference& difference : config::Compare(stored, resolved)) {
    comparison.config.push_back(ChangeOf(difference));
    comparison.config.back().drifts = drifting.contains(difference.key);
  }
  return !drifting.empty();
}

// The last part of a path, with or without a slash behind it.
std::string NameOf(const std::filesystem::path& directory) {
  return (directory.has_filename() ? directory : directory.parent_path()).filename().string();
}

std::string LabelOf(const std::filesystem::path& directory, const CheckOptions& options) {
  return options.baseline_label.empty() ? NameOf(directory) : options.baseline_label;
}

}  // namespace

bool StrictFromEnvironment() {
  const char* value = std::getenv("PLUMBLINE_STRICT");
  return value != nullptr && std::string_view(value) == "1";
}

Comparison Judge(const RunRecord& run, const BaselineSet& baselines, const CheckOptions& options) {
  Comparison comparison;
  comparison.suite = run.set.suite;
  comparison.baseline_label = options.baseline_label;
  comparison.candidate_label = run.label;
  comparison.problems = ProblemsOf(run);
  comparison.identities = ledger::CheckIdentities(run.ledger);
  const Applicable applicable = Choose(baselines, KeyOf(run.environment));
  const bool drift = AddConfig(baselines, run.config, comparison);
  AddRows(run, applicable, options, comparison);
  AddMachine(run, applicable, comparison);
  AddFacts(run, applicable.exact, applicable.numeric, comparison);
  comparison.verdict = VerdictOf(comparison, baselines, drift);
  Explain(comparison);
  return comparison;
}

Comparison CheckRun(const std::filesystem::path& run_directory,
                    const std::filesystem::path& baseline_directory, const CheckOptions& options) {
  const std::string suite = NameOf(baseline_directory);
  try {
    const RunRecord run = ReadRun(run_directory);
    CheckOptions labelled = options;
    labelled.baseline_label = LabelOf(baseline_directory, options);
    return Judge(run, ReadBaselines(baseline_directory, run.set.suite), labelled);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    return Invalid(suite, error.what());
  }
}

void MakeInvalid(const std::string& problem, Comparison& comparison) {
  comparison.problems.push_back(SoundUtf8(problem));
  comparison.verdict = Verdict::kInvalid;
  Explain(comparison);
}

Comparison CompareRuns(const std::filesystem::path& base_directory,
                       const std::filesystem::path& run_directory, const CheckOptions& options) {
  try {
    const RunRecord base = ReadRun(base_directory);
    BaselineSet baselines;
    baselines.exact = ExactOf(base);
    baselines.keyed.emplace(base.label, KeyedOf(base));
    CheckOptions labelled = options;
    labelled.baseline_label = LabelOf(base_directory, options);
    Comparison comparison = Judge(ReadRun(run_directory), baselines, labelled);
    for (const std::string& problem : ProblemsOf(base)) MakeInvalid("base: " + problem, comparison);
    return comparison;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    return Invalid("", error.what());
  }
}

Comparison CheckConfigDrift(const config::Resolved& resolved,
                            const std::optional<ledger::Declared>& planned,
                            const std::filesystem::path& baseline_directory,
                            const std::string& suite) {
  BaselineSet baselines;
  try {
    baselines = ReadBaselines(baseline_directory, suite);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    Comparison invalid = Invalid(suite, error.what());
    invalid.trained = false;
    return invalid;
  }
  Comparison comparison;
  comparison.suite = suite;
  comparison.trained = false;
  comparison.baseline_label = NameOf(baseline_directory);
  comparison.inventory = UnknownInventory();
  const bool drift = AddConfig(baselines, resolved, comparison);
  comparison.verdict = drift ? Verdict::kConfigDrift : Verdict::kPass;
  if (baselines.exact) AddPlannedSteps(*baselines.exact, resolved, planned, comparison);
  Explain(comparison);
  return comparison;
}

}  // namespace plumbline::check
