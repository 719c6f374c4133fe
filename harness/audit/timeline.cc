#include "harness/audit/timeline.h"

#include <algorithm>
#include <cmath>

#include "harness/audit/epoch_grid.h"

namespace plumbline::audit {
namespace {

constexpr int64_t kLargestBatch = 8192;
constexpr size_t kMostRatePoints = 40;  // of a long log, evenly spread
constexpr size_t kMostBatches = 4096;
constexpr double kGridHalfUlp = 1e-9;  // of epochs that lie on the logging cadence exactly

const Reading* FirstOf(const Evidence& run, std::initializer_list<const char*> facts) {
  for (const char* name : facts) {
    const Reading* fact = run.Fact(name);
    if (fact != nullptr && fact->value.Finite() && fact->value.value > 0) return fact;
  }
  return nullptr;
}

std::optional<double> PositiveSetting(const Evidence& run, std::string_view key) {
  const auto value = run.Number(key);
  return value && *value > 0 ? value : std::nullopt;
}

bool StoppedBySteps(const Evidence& run) {
  return PositiveSetting(run, "training.max_steps").has_value();
}

// Python drops trailing zeros ("0.4" of 0.40): a series is as precise as its most precise member.
double HalfUlpOfEpochs(const Evidence& run) {
  double half = 0.5;
  for (const std::vector<Point>* points : {&run.log, &run.evaluations}) {
    for (const Point& point : *points) {
      const Reading* epoch = point.Find("epoch");
      if (epoch != nullptr) half = std::min(half, epoch->value.half_ulp);
    }
  }
  return std::max(half, 1e-12);
}

Interval EpochInterval(const Reading& epoch, double half_ulp) {
  if (!epoch.value.Finite()) return kEmptyInterval;
  const double half = std::max(half_ulp, std::abs(epoch.value.value) * 1e-14);
  return MakeInterval(epoch.value.value - half, epoch.value.value + half);
}

void DeriveRates(const Evidence& run, Timeline& timeline) {
  const Reading* runtime_s = run.Final("train_runtime");
  const Reading* samples = run.Final("train_samples_per_second");
  const Reading* steps = run.Final("train_steps_per_second");
  if (runtime_s == nullptr) return;
  const Interval time = runtime_s->value.Printed();
  if (samples != nullptr) timeline.rows_seen = samples->value.Printed() * time;
  if (steps != nullptr) timeline.steps_by_rates = steps->value.Printed() * time;
  if (samples != nullptr && steps != nullptr && steps->value.value > 0) {
    timeline.batch_by_rates = samples->value.Printed() / steps->value.Printed();
  }
  // The last session of a resumed run tells its own part alone, not the whole's rows and steps.
  constexpr double kWhole = 0.98;
  const Reading* reached = FirstOf(run, {"state.global_step"});
  const bool told = reached != nullptr && !timeline.steps_by_rates.Empty();
  if (told && timeline.steps_by_rates.high < kWhole * reached->value.value) {
    timeline.rows_seen = timeline.steps_by_rates = kEmptyInterval;
  }
}

void DeriveRows(const Evidence& run, Timeline& timeline) {
  std::optional<double> declared;
  for (const char* key : {"data.train_samples", "data.max_train_samples"}) {
    if (!declared) declared = PositiveSetting(run, key);
  }
  if (!declared) {
    const Reading* fact = FirstOf(run, {"results.train_samples", "train_rows"});
    if (fact != nullptr) declared = fact->value.value;
  }
  if (!timeline.rows_seen.Empty() && timeline.epochs_planned && !StoppedBySteps(run)) {
    const Interval rows = timeline.rows_seen / ExactInterval(*timeline.epochs_planned);
    if (declared && rows.Contains(*declared)) {
      timeline.rows_per_epoch = static_cast<int64_t>(*declared);
      timeline.rows_observed = true;
      return;
    }
    const auto whole = Integers(rows, 2);
    if (whole && whole->size() == 1 && whole->front() > 0) {
      timeline.rows_per_epoch = whole->front();
      timeline.rows_observed = true;
      return;
    }
    return;  // the trace contradicts the declared rows: neither is used
  }
  if (declared) timeline.rows_per_epoch = static_cast<int64_t>(*declared);
}

// steps/epoch from points that carry both.
Interval StepsPerEpochFromSteps(const Evidence& run) {
  Interval all = kEmptyInterval;
  const double half = HalfUlpOfEpochs(run);
  for (const Point& point : run.log) {
    const Reading* step = point.Find("step");
    const Reading* epoch = point.Find("epoch");
    if (step == nullptr || epoch == nullptr || !(epoch->value.value > 0)) continue;
    const Interval own = step->value.Exact() / EpochInterval(*epoch, half);
    if (own.Empty()) continue;
    if (all.Empty() || own.Width() < all.Width()) all = own;
  }
  return all;
}

std::vector<RatePoint> RisingPoints(const Evidence& run, const Interval& steps_per_epoch,
                                    double half_ulp, std::vector<size_t>* indices) {
  std::vector<size_t> rising;
  double before = -1;
  for (size_t i = 0; i < run.log.size(); ++i) {
    const Reading* rate = run.log[i].Find("learning_rate");
    if (rate == nullptr || !rate->value.Finite()) continue;
    if (!(rate->value.value > before)) break;
    before = rate->value.value;
    rising.push_back(i);
  }
  // The last rising point may already lie behind the peak, on the way down.
  const bool to_the_end = !rising.empty() && rising.back() + 1 == run.log.size();
  if (!to_the_end && rising.size() > 1) rising.pop_back();
  const size_t stride = rising.size() / kMostRatePoints + 1;
  std::vector<RatePoint> points;
  for (size_t k = 0; k < rising.size(); ++k) {
    if (k % stride != 0 && k + 1 != rising.size()) continue;
    const Point& point = run.log[rising[k]];
    const Reading* step = point.Find("step");
    const Reading* epoch = point.Find("epoch");
    Interval at = kEmptyInterval;
    if (step != nullptr) at = step->value.Exact();
    else if (epoch != nullptr) at = EpochInterval(*epoch, half_ulp) * steps_per_epoch;
    if (at.Empty()) continue;
    points.push_back({at, point.Find("learning_rate")->value.Printed()});
    indices->push_back(rising[k]);
  }
  return points;
}

std::vector<int64_t> StepsPerEpochCandidates(int64_t rows) {
  std::vector<int64_t> candidates;
  for (int64_t batch = 1; batch <= std::min(rows, kLargestBatch); ++batch) {
    candidates.push_back(rows / batch);
    candidates.push_back((rows + batch - 1) / batch);
  }
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

// Steps of an epoch that the known rows, the cadence and the warm-up's line allow (D5 with D7).
std::vector<int64_t> StepsPerEpochFromLine(const Evidence& run, const Timeline& timeline) {
  std::vector<int64_t> found;
  const double half = HalfUlpOfEpochs(run);
  const double grid = EpochGrid(run, half);
  if (!timeline.rows_per_epoch || grid == 0) return found;
  bool any_cut_fits = false;  // a rate behind its step is as proportional to epochs as to steps
  bool rounded = false;       // the grid may be an accident of rounding
  for (const int64_t steps : StepsPerEpochCandidates(*timeline.rows_per_epoch)) {
    const Interval exact = ExactInterval(static_cast<double>(steps));
    if (Disjoint(timeline.steps_per_epoch, exact)) continue;
    const double cadence = grid * static_cast<double>(steps);
    if (cadence < 0.5) continue;
    if (std::abs(cadence - std::round(cadence)) > 1e-6 * cadence) {
      rounded = rounded || RoundedFrom(run, half, std::round(cadence), static_cast<double>(steps));
      continue;
    }
    std::vector<size_t> indices;
    const auto points = RisingPoints(run, exact, kGridHalfUlp, &indices);
    const auto line = points.size() >= 3 ? FitWarmup(points) : std::nullopt;
    if (!line) continue;
    any_cut_fits = any_cut_fits || line->offset == 0;
    found.push_back(steps);
  }
  return any_cut_fits && rounded ? std::vector<int64_t>() : found;
}

void DeriveStepsPerEpoch(const Evidence& run, Timeline& timeline) {
  const Interval stepped = StepsPerEpochFromSteps(run);
  if (!stepped.Empty()) {
    timeline.steps_per_epoch = stepped;
    timeline.derivations.push_back({"step/epoch", "step / epoch = " + ShowInterval(stepped)});
  }
  if (!timeline.steps_by_rates.Empty() && timeline.epochs_planned && !StoppedBySteps(run)) {
    const Interval by_rates = timeline.steps_by_rates / ExactInterval(*timeline.epochs_planned);
    timeline.derivations.push_back(
        {"D2", "steps/s * s = " + ShowInterval(timeline.steps_by_rates) + " steps; / epochs = " +
                   ShowInterval(by_rates) + " steps per epoch"});
    if (timeline.steps_per_epoch.Empty()) timeline.steps_per_epoch = by_rates;
  }
  if (!stepped.Empty()) return;
  const std::vector<int64_t> by_line = StepsPerEpochFromLine(run, timeline);
  if (by_line.size() != 1) return;
  const std::string steps = std::to_string(by_line.front());
  timeline.steps_per_epoch = ExactInterval(static_cast<double>(by_line.front()));
  timeline.epochs_on_grid = true;
  timeline.derivations.push_back(
      {"D5", "of all cuts of the rows, " + steps + " steps per epoch alone put every printed epoch "
             "on a whole step and every learning rate on one warm-up line"});
}

void DeriveBatch(const Evidence& run, Timeline& timeline) {
  if (!timeline.batch_by_rates.Empty()) {
    timeline.derivations.push_back(
        {"D3", "samples/s / steps/s = " + ShowInterval(timeline.batch_by_rates)});
  }
  if (timeline.rows_per_epoch && !timeline.steps_per_epoch.Empty()) {
    const int64_t rows = *timeline.rows_per_epoch;
    for (int64_t batch = 1; batch <= std::min(rows, kLargestBatch); ++batch) {
      if (CutsInto(rows, batch, timeline.steps_per_epoch)) timeline.batches.push_back(batch);
    }
    if (!timeline.batches.empty()) {
      timeline.derivations.push_back(
          {"D4", "rows / batch = " + std::to_string(rows) + " / " +
                     std::to_string(timeline.batches.front()) + " gives " +
                     ShowInterval(timeline.steps_per_epoch) + " steps per epoch"});
    }
  } else if (!timeline.batch_by_rates.Empty()) {
    // Rows a step on average; the last batch of an epoch may be smaller than the others.
    const double steps = timeline.steps_per_epoch.Empty() ? 0 : timeline.steps_per_epoch.low;
    const double larger = StoppedBySteps(run) ? 1 : steps > 1 ? steps / (steps - 1) : 0;
    const auto whole =
        Integers(MakeInterval(timeline.batch_by_rates.low, timeline.batch_by_rates.high * larger),
                 kMostBatches);
    if (whole) timeline.batches = *whole;
  }
  if (timeline.batches.size() != 1) return;
  timeline.effective_batch = timeline.batches.front();
  if (!timeline.rows_per_epoch) return;
  // Printed epochs leave a fraction open; the cut of the rows does not.
  const double whole = std::ceil(static_cast<double>(*timeline.rows_per_epoch) /
                                 static_cast<double>(*timeline.effective_batch));
  const auto inside = Integers(timeline.steps_per_epoch, 2);
  if (inside && inside->size() == 1 && static_cast<double>(inside->front()) == whole) {
    timeline.steps_per_epoch = ExactInterval(whole);
  }
}

void DeriveSteps(const Evidence& run, Timeline& timeline) {
  const double half = timeline.epochs_on_grid ? kGridHalfUlp : HalfUlpOfEpochs(run);
  for (const Point& point : run.log) {
    const Reading* step = point.Find("step");
    const Reading* epoch = point.Find("epoch");
    std::optional<int64_t> at;
    if (step != nullptr && IsCount(std::abs(step->value.value))) {
      at = static_cast<int64_t>(step->value.value);
    } else if (epoch != nullptr && !timeline.steps_per_epoch.Empty()) {
      const auto whole = Integers(EpochInterval(*epoch, half) * timeline.steps_per_epoch, 64);
      if (whole) at = (*whole)[whole->size() / 2];
    }
    timeline.log_steps.push_back(at);
    if (at) timeline.executed_steps = std::max(timeline.executed_steps.value_or(0), *at);
    if (epoch != nullptr && epoch->value.Finite()) {
      timeline.epochs_run = std::max(timeline.epochs_run.value_or(0), epoch->value.value);
    }
  }
  for (const Point& point : run.evaluations) {
    const Reading* epoch = point.Find("epoch");
    if (epoch != nullptr && epoch->value.Finite()) {
      timeline.epochs_run = std::max(timeline.epochs_run.value_or(0), epoch->value.value);
    }
  }
  const Reading* reached = FirstOf(run, {"state.global_step"});
  if (reached != nullptr && IsCount(reached->value.value)) {
    timeline.executed_steps = static_cast<int64_t>(reached->value.value);
  }
  const Reading* planned = FirstOf(run, {"state.max_steps"});
  if (planned != nullptr && IsCount(planned->value.value)) {
    timeline.planned_steps = static_cast<int64_t>(planned->value.value);
  } else if (timeline.epochs_planned && !timeline.steps_per_epoch.Empty()) {
    const auto whole =
        Integers(timeline.steps_per_epoch * ExactInterval(*timeline.epochs_planned), 8);
    if (whole && whole->size() == 1) timeline.planned_steps = whole->front();
  }
  if (timeline.planned_steps && timeline.executed_steps && run.final.empty()) {
    timeline.complete = *timeline.executed_steps >= *timeline.planned_steps;
  }
}

void DeriveLearningRate(const Evidence& run, Timeline& timeline) {
  const auto declared = PositiveSetting(run, "training.learning_rate");
  size_t num_rates = 0;
  size_t num_rises = 0;
  double before = 0;
  for (const Point& point : run.log) {
    const Reading* rate = point.Find("learning_rate");
    if (rate == nullptr || !rate->value.Finite()) continue;
    if (num_rates > 0 && rate->value.value > before) ++num_rises;
    before = rate->value.value;
    ++num_rates;
    if (!declared) timeline.peak = std::max(timeline.peak.value_or(0), before);
  }
  timeline.rising_to_the_end = num_rates >= 3 && num_rises + 1 == num_rates;
  if (declared) {
    timeline.peak = declared;
    timeline.peak_declared = true;
  }
  const bool stepped = !run.log.empty() && run.log.front().Find("step") != nullptr;
  if (timeline.steps_per_epoch.Empty() || !(stepped || timeline.epochs_on_grid)) return;
  std::vector<size_t> indices;
  const double half = timeline.epochs_on_grid ? kGridHalfUlp : HalfUlpOfEpochs(run);
  const auto points = RisingPoints(run, timeline.steps_per_epoch, half, &indices);
  timeline.warmup = FitWarmup(points);
  if (!timeline.warmup) return;
  for (size_t k = 0; k < indices.size(); ++k) {
    timeline.log_steps[indices[k]] = timeline.warmup->steps[k];
  }
  if (timeline.peak && timeline.warmup->ramp.low > 0) {
    timeline.warmup_steps = ExactInterval(*timeline.peak) / timeline.warmup->ramp;
  }
}

}  // namespace

bool Timeline::Allows(int64_t batch) const {
  return std::ranges::find(batches, batch) != batches.end();
}

bool CutsInto(int64_t rows, int64_t batch, const Interval& steps) {
  // A tail of micro-batches may be dropped, carried, or make a step of its own; and an epoch may be
  // counted in micro-batches. All of it stays within one step of rows / batch.
  const double exact = static_cast<double>(rows) / static_cast<double>(batch);
  const double floor = std::floor(exact);
  const double ceiling = std::ceil(exact);
  return steps.low <= ceiling && steps.high >= std::max(floor, 1e-9);
}

Timeline DeriveTimeline(const Evidence& run) {
  Timeline timeline;
  timeline.epochs_planned = PositiveSetting(run, "training.num_train_epochs");
  if (!timeline.epochs_planned) {
    const Reading* epochs = FirstOf(run, {"state.num_train_epochs"});
    if (epochs != nullptr) timeline.epochs_planned = epochs->value.value;
  }
  DeriveRates(run, timeline);
  DeriveRows(run, timeline);
  DeriveStepsPerEpoch(run, timeline);
  DeriveBatch(run, timeline);
  DeriveSteps(run, timeline);
  DeriveLearningRate(run, timeline);
  return timeline;
}

}  // namespace plumbline::audit
