#include "harness/check/attribution.h"

#include <algorithm>
#include <cmath>

#include "harness/base/number.h"
#include "harness/check/tally.h"

namespace plumbline::check {
namespace {

constexpr const char* kBecause = "because";
constexpr const char* kProbably = "probably because";
constexpr const char* kTogether = "together with";
constexpr const char* kNoCause = "no cause found";
constexpr int kBriefDigits = 4;

Json EntryJson(const config::Entry& entry) {
  Json json{{"value", entry.value}, {"origin", ToJson(entry.origin)}, {"shadowed", Json::array()}};
  for (const config::Shadow& shadow : entry.shadowed) {
    json["shadowed"].push_back({{"value", shadow.value}, {"origin", ToJson(shadow.origin)}});
  }
  return json;
}

// "models/a.yaml:3:5 (preset)", or the layer alone where there is no place.
std::string PlaceAndLayer(const config::Origin& origin) {
  const std::string place = config::PlaceOf(origin);
  const std::string layer = config::LayerName(origin.layer);
  return place.empty() ? layer : place + " (" + layer + ")";
}

std::string VerbOf(const Json& before, const Json& after) {
  if (!before.is_number() || !after.is_number()) return "changed";
  return after.get<double>() > before.get<double>() ? "raised" : "lowered";
}

std::string SentenceOf(const config::Difference& difference) {
  using config::ChangeKind;
  const config::Entry& before = difference.before;
  const config::Entry& after = difference.after;
  switch (difference.kind) {
    case ChangeKind::kOnlyBefore:
      return difference.key + " is no longer a setting";
    case ChangeKind::kOnlyAfter:
      return PlaceAndLayer(after.origin) + " sets the new " + difference.key + " to " +
             config::ValueText(after.value);
    case ChangeKind::kChain:
      return difference.key + " keeps its value " + config::ValueText(after.value) + ", now from " +
             PlaceAndLayer(after.origin);
    case ChangeKind::kValue:
      break;
  }
  return PlaceAndLayer(after.origin) + " " + VerbOf(before.value, after.value) + " " +
         difference.key + " from " + config::ValueText(before.value) + " to " +
         config::ValueText(after.value);
}

std::string KindOf(config::ChangeKind kind) {
  switch (kind) {
    case config::ChangeKind::kValue:
      return "value";
    case config::ChangeKind::kChain:
      return "chain";
    case config::ChangeKind::kOnlyBefore:
      return "removed";
    case config::ChangeKind::kOnlyAfter:
      return "added";
  }
  return "value";
}

// Settings that enter PlanTraining: they change how much work is done.
bool ChangesThePlan(const std::string& key) {
  constexpr const char* kKeys[] = {
      "training.gradient_accumulation_steps", "training.per_device_train_batch_size",
      "training.num_train_epochs", "training.max_steps", "data.max_train_samples"};
  return std::ranges::find(kKeys, key) != std::ranges::end(kKeys);
}

void AddSettings(const Comparison& comparison, std::vector<Cause>& causes) {
  for (const bool plan : {true, false}) {
    for (const ConfigChange& change : comparison.config) {
      if (!change.drifts || ChangesThePlan(change.key) != plan) continue;
      causes.push_back({"config", change.key, change.sentence, ""});
    }
  }
}

void AddIdentities(const Comparison& comparison, std::vector<Cause>& causes) {
  for (const ledger::Identity& identity : comparison.identities) {
    if (identity.holds) continue;
    causes.push_back({"ledger", identity.name,
                      "declared != observed: " + identity.name + " declared " + identity.declared +
                          " (" + identity.formula + "), counted " + identity.observed,
                      kBecause});
  }
}

// Exact rows are the same on every machine by definition: when one of them moved, another machine
// is not why, and the program is asked first.
bool AnExactRowMoved(const Comparison& comparison) {
  return std::ranges::any_of(comparison.rows, [](const Row& row) {
    const RowStatus status = row.decision.status;
    return row.metric_class == MetricClass::kD0 && row.decision.gates &&
           (status == RowStatus::kWorse || status == RowStatus::kBetter ||
            status == RowStatus::kChanged || status == RowStatus::kMissing);
  });
}

void AddPlanes(const Comparison& comparison, std::vector<Cause>& causes) {
  std::vector<std::string> planes = {"data", "tokenizer", "checkpoint"};
  const std::vector<std::string> ways[] = {{"environment", "binary", "code"},
                                           {"binary", "code", "environment"}};
  const auto& rest = ways[AnExactRowMoved(comparison) ? 1 : 0];
  planes.insert(planes.end(), rest.begin(), rest.end());
  for (const std::string& plane : planes) {
    for (const Cell& cell : comparison.inventory) {
      if (cell.plane != plane || cell.state != "differs") continue;
      causes.push_back(
          {plane, plane, "the " + plane + " differs: " + cell.detail, ""});
    }
  }
}

// Metrics that moved as seen by the verdict; facts that are causes themselves are left out.
bool IsEffect(const Row& row) {
  for (const char* front : {"plan.", "work.", "data.", "tokenizer.", "checkpoint."}) {
    if (row.name.starts_with(front)) return false;
  }
  return true;
}

const Row* FirstRow(const Comparison& comparison, RowStatus status, const std::string& front,
                    bool effects_only) {
  for (const Row& row : comparison.rows) {
    const bool fits =
        row.decision.gates && row.decision.status == status && row.name.starts_with(front);
    if (fits && (!effects_only || IsEffect(row))) return &row;
  }
  return nullptr;
}

// The row that stands for all that moved: quality first, then the worst kind of change.
const Row* LeadingRow(const Comparison& comparison) {
  for (const bool effects_only : {true, false}) {
    for (const RowStatus status : {RowStatus::kWorse, RowStatus::kMissing, RowStatus::kBetter,
                                   RowStatus::kChanged, RowStatus::kNew}) {
      for (const char* front : {"eval.rouge", "eval.", ""}) {
        const Row* row = FirstRow(comparison, status, front, effects_only);
        if (row != nullptr) return row;
      }
    }
  }
  return nullptr;
}

// Short numbers while they still differ; else every digit.
std::string Moved(const std::string& before, const std::string& after) {
  const auto a = ParseDouble(before);
  const auto b = ParseDouble(after);
  if (!a || !b) return "changed " + before + " to " + after;
  const std::string verb = *b > *a ? "rose " : "fell ";
  const std::string short_a = Fixed(*a, kBriefDigits);
  const std::string short_b = Fixed(*b, kBriefDigits);
  const bool brief =
      short_a.size() < before.size() && short_b.size() < after.size() && short_a != short_b;
  return verb + (brief ? short_a + " to " + short_b : before + " to " + after);
}

std::string Movement(const Row& row) {
  if (row.decision.status == RowStatus::kMissing) return row.name + " was not measured";
  if (row.decision.status == RowStatus::kNew) return row.name + " has no stored value";
  if (!row.decision.divergence || row.decision.divergence->compared != 1)
    return row.name + ": " + row.decision.reason;
  return row.name + " " + Moved(row.baseline, row.candidate);
}

std::string WithCause(const std::string& effect, const Comparison& comparison) {
  if (comparison.causes.empty()) return effect;
  const Cause& first = comparison.causes.front();
  if (first.strength == kNoCause) return effect + "; " + first.sentence;
  if (effect.empty()) return first.sentence;
  return effect + " " + first.strength + " " + first.sentence;
}

std::string PlannedSteps(const Comparison& comparison) {
  return "planned optimizer steps " + std::to_string(comparison.planned_steps_baseline) + " -> " +
         std::to_string(comparison.planned_steps_candidate);
}

// Only what gates was accepted; what never gates is said beside it, worse timings included.
std::string PassHeadline(const Comparison& comparison) {
  const int64_t same = std::ranges::count_if(comparison.rows, [](const Row& row) {
    return row.decision.gates && row.decision.status == RowStatus::kSame;
  });
  std::string text =
      std::to_string(same) +
      (same == 1 ? " metric that gates is as accepted" : " metrics that gate are as accepted");
  for (const std::string& part : {AdvisoryCounts(comparison), UnjudgedCounts(comparison)}) {
    if (!part.empty()) text += "; " + part;
  }
  return text;
}

std::string HeadlineOf(const Comparison& comparison) {
  const Row* row = LeadingRow(comparison);
  const std::string effect = row == nullptr ? "" : Movement(*row);
  switch (comparison.verdict) {
    case Verdict::kInvalid:
      return WithCause("", comparison);
    case Verdict::kConfigDrift:
      if (row == nullptr && !comparison.causes.empty()) {
        return comparison.causes.front().sentence + "; " + PlannedSteps(comparison);
      }
      return WithCause(effect, comparison);
    case Verdict::kNoBaseline:
      return "no baseline is stored for " + comparison.suite;
    case Verdict::kNotComparable:
      return comparison.not_comparable.empty()
                 ? "nothing could be compared"
                 : "stored for another machine: " + Describe(comparison.not_comparable, 3);
    case Verdict::kPass:
      return PassHeadline(comparison);
    default:
      return WithCause(effect, comparison);
  }
}

void AddCauses(Comparison& comparison) {
  std::vector<Cause>& causes = comparison.causes;
  for (const std::string& problem : comparison.problems)
    causes.push_back({"run", "run", problem, kBecause});
  for (const Row& row : comparison.rows) {
    if (row.decision.status != RowStatus::kInvalid || !comparison.problems.empty()) continue;
    causes.push_back({"baseline", row.name, row.name + ": " + row.decision.reason, kBecause});
  }
  AddSettings(comparison, causes);
  AddIdentities(comparison, causes);
  const bool moved = comparison.verdict == Verdict::kRegression ||
                     comparison.verdict == Verdict::kUnexplainedChange;
  if (moved || comparison.verdict == Verdict::kConfigDrift) AddPlanes(comparison, causes);
  if (causes.empty() && moved) {
    causes.push_back({"none", "none", "nothing differs: noise, or the gate is wrong", kNoCause});
  }
  bool first = true;
  for (Cause& cause : causes) {
    if (cause.strength.empty()) cause.strength = first ? kProbably : kTogether;
    first = false;
  }
}

void AddNext(Comparison& comparison) {
  const std::string accept = AcceptCommand(comparison.suite);
  std::vector<std::string>& next = comparison.next;
  switch (comparison.verdict) {
    case Verdict::kPass:
      if (CountRows(comparison, RowStatus::kNotComparable) > 0) next = {accept};
      return;
    case Verdict::kConfigDrift: {
      for (const Cause& cause : comparison.causes) {
        if (cause.plane == "config" && next.empty())
          next.push_back("plumbline config explain " + cause.id);
      }
      next.push_back(accept);
      return;
    }
    case Verdict::kInvalid:
    case Verdict::kBrokenLedger:
      next = {"bazel test //suites:" + comparison.suite};
      return;
    default:
      next = {accept};
  }
}

void AddNotes(Comparison& comparison) {
  for (const ConfigChange& change : comparison.config) {
    if (change.kind == "chain" && change.semantic) comparison.notes.push_back(change.sentence);
  }
  if (comparison.verdict == Verdict::kNoBaseline) return;
  const int64_t elsewhere = CountRows(comparison, RowStatus::kNotComparable);
  if (elsewhere > 0) {
    comparison.notes.push_back(
        std::to_string(elsewhere) + " metrics are stored for no machine like this one" +
        (comparison.not_comparable.empty() ? "" : ": ") + Describe(comparison.not_comparable, 3));
  }
  const int64_t fresh = CountRows(comparison, RowStatus::kNew);
  if (fresh > 0)
    comparison.notes.push_back(std::to_string(fresh) + " metrics have no stored value yet");
}

}  // namespace

ConfigChange ChangeOf(const config::Difference& difference) {
  ConfigChange change;
  change.key = difference.key;
  change.kind = KindOf(difference.kind);
  change.semantic = difference.semantic;
  if (difference.kind != config::ChangeKind::kOnlyAfter)
    change.baseline = EntryJson(difference.before);
  if (difference.kind != config::ChangeKind::kOnlyBefore)
    change.candidate = EntryJson(difference.after);
  change.sentence = SentenceOf(difference);
  return change;
}

void Explain(Comparison& comparison) {
  comparison.causes.clear();
  comparison.notes.clear();
  comparison.next.clear();
  AddCauses(comparison);
  comparison.headline = HeadlineOf(comparison);
  AddNotes(comparison);
  AddNext(comparison);
}

}  // namespace plumbline::check
