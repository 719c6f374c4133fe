#include "reports/curve.h"

#include <algorithm>

namespace plumbline::report {
namespace {

constexpr const char* kStep = "optimizer step";
constexpr const char* kLoss = "train.loss";
constexpr const char* kRate = "work.learning_rate";

std::vector<Point> Numbered(const std::vector<double>& values) {
  std::vector<Point> points;
  for (size_t i = 0; i < values.size(); ++i)
    points.push_back({static_cast<double>(i + 1), values[i]});
  return points;
}

Chart Named(const std::string& name, const std::string& unit) {
  Chart chart;
  chart.id = "curve." + name;
  chart.title = unit.empty() || unit == "1" ? name : name + " (" + unit + ")";
  chart.unit = unit;
  chart.x_name = kStep;
  return chart;
}

std::vector<Point> LearningRates(const std::optional<Run>& run) {
  if (!run || !run->ledger) return {};
  return Numbered(run->ledger->observed.learning_rates);
}

// A number of log_history by step; rows without it are passed over.
std::vector<Point> Logged(const std::optional<Run>& run, const std::string& key) {
  if (!run || !run->trainer_state.is_object() || !run->trainer_state.contains("log_history"))
    return {};
  const Json& history = run->trainer_state.at("log_history");
  std::vector<Point> points;
  for (const Json& row : history.is_array() ? history : Json::array()) {
    if (!row.is_object() || !row.contains(key) || !row.contains("step")) continue;
    if (!row.at(key).is_number() || !row.at("step").is_number()) continue;
    points.push_back({row.at("step").get<double>(), row.at(key).get<double>()});
  }
  return points;
}

void AddWhenAny(Chart chart, std::vector<Point> baseline, std::vector<Point> candidate,
                std::vector<Chart>& charts) {
  if (baseline.empty() && candidate.empty()) return;
  chart.baseline = std::move(baseline);
  chart.candidate = std::move(candidate);
  charts.push_back(std::move(chart));
}

// The series of this name, when the comparison has it.
bool AddSeries(const Facts& facts, const std::string& name, std::vector<Chart>& charts) {
  const auto curve = std::ranges::find(facts.comparison.curves, name, &check::Curve::name);
  if (curve == facts.comparison.curves.end()) return false;
  AddWhenAny(Named(name, curve->unit), Numbered(curve->baseline), Numbered(curve->candidate),
             charts);
  return true;
}

}  // namespace

std::vector<Chart> ChartsOf(const Facts& facts) {
  std::vector<Chart> charts;
  AddSeries(facts, kLoss, charts);
  if (!AddSeries(facts, kRate, charts)) {
    AddWhenAny(Named(kRate, ""), LearningRates(facts.base), LearningRates(facts.candidate), charts);
  }
  AddWhenAny(Named("eval_loss", "nats/token"), Logged(facts.base, "eval_loss"),
             Logged(facts.candidate, "eval_loss"), charts);
  for (const check::Curve& curve : facts.comparison.curves) {
    if (curve.name != kLoss && curve.name != kRate) AddSeries(facts, curve.name, charts);
  }
  return charts;
}

}  // namespace plumbline::report
