#include "harness/audit/best_evaluation.h"

#include <algorithm>
#include <cmath>

#include "harness/audit/phrase.h"

namespace plumbline::audit {

Best BestOf(const Evidence& run, std::string_view name, bool greater) {
  Best best;
  for (const Point& point : run.evaluations) {
    const Reading* reading = point.Find(name);
    if (reading == nullptr || !reading->value.Finite()) continue;
    const double value = reading->value.value;
    const bool better = best.reading == nullptr || (greater ? value > best.reading->value.value
                                                            : value < best.reading->value.value);
    if (better) best = {&point, reading};
  }
  return best;
}

std::optional<DeclaredBest> BestOfDeclared(const Evidence& run) {
  const Setting* metric = run.Effective("training.metric_for_best_model");
  if (metric == nullptr || metric->text.empty() || run.evaluations.empty()) return std::nullopt;
  const std::string name = metric->text.starts_with("eval_") ? metric->text : "eval_" + metric->text;
  const bool loss = IsLossName(name);
  const Best best = BestOf(run, name, run.Truth("training.greater_is_better").value_or(!loss));
  if (best.reading == nullptr) return std::nullopt;
  const Point& last_point = run.evaluations.back();
  const Reading* last = last_point.Find(name);
  if (last != nullptr && !last->value.Finite()) last = nullptr;
  return DeclaredBest{metric, name, best, &last_point, last};
}

AsGood LastAsGood(const Evidence& run, const DeclaredBest& declared) {
  constexpr double kSame = 0.01;  // of the best
  if (declared.last == nullptr) return AsGood::kNo;
  const double best = declared.best.reading->value.value;
  const double change = std::abs(declared.last->value.value - best);
  const bool rouge = declared.name.starts_with("eval_rouge") && declared.name != "eval_rouge_sum";
  const auto error = rouge ? SmallestStandardError(run) : std::nullopt;
  if (error && change / RougeUnit(*declared.best.reading) <= *error) return AsGood::kWithinError;
  return change <= kSame * std::abs(best) ? AsGood::kWithinPercent : AsGood::kNo;
}

std::optional<FinalLoss> FinalLossOf(const Evidence& run) {
  const Reading* final = run.Final("train_loss");
  const auto losses = Series(run.log, "loss");
  if (final == nullptr || losses.empty() || !final->value.Finite()) return std::nullopt;
  const auto value = [](const Reading& loss) { return loss.value.value; };
  const Reading smallest = *std::ranges::min_element(losses, {}, value);
  const bool below = final->value.Printed().high < 0.5 * smallest.value.Printed().low;
  return FinalLoss{*final, smallest, below};
}

std::string PlaceText(const Point& point) {
  for (const char* name : {"step", "epoch"}) {
    if (const Reading* at = point.Find(name)) return std::string(name) + " " + at->value.text;
  }
  return "?";
}

bool IsLossName(const std::string& metric) { return metric.find("loss") != std::string::npos; }
bool IsScoreName(const std::string& metric) {
  return metric.find("rouge") != std::string::npos || metric.find("bleu") != std::string::npos;
}

}  // namespace plumbline::audit
