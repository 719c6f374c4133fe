// Which evaluation of a run is best by a metric, and how its final loss fits its log. Used by the
// rules of checkpoints.
#ifndef PLUMBLINE_HARNESS_AUDIT_BEST_EVALUATION_H_
#define PLUMBLINE_HARNESS_AUDIT_BEST_EVALUATION_H_

#include <optional>
#include <string>
#include <string_view>

#include "harness/audit/evidence.h"

namespace plumbline::audit {

struct Best {
  const Point* point = nullptr;  // nullptr: the metric was never printed
  const Reading* reading = nullptr;
};

// The first of equal ones.
Best BestOf(const Evidence& run, std::string_view name, bool greater);
// The best evaluation by the declared metric_for_best_model, and what the last one has of it.
struct DeclaredBest {
  const Setting* metric = nullptr;
  std::string name;  // of its readings: "eval_rouge1"
  Best best;
  const Point* last_point = nullptr;
  const Reading* last = nullptr;  // nullptr: not printed there, or no number
};
// nullopt: no metric is declared, or no evaluation prints it.
std::optional<DeclaredBest> BestOfDeclared(const Evidence& run);

// By what the last evaluation is as good as the best: not at all, within 1 % of it, or (one ROUGE
// alone, neither a loss nor a sum) within its standard error.
enum class AsGood { kNo, kWithinPercent, kWithinError };
// kNo too where the last one does not print the metric.
AsGood LastAsGood(const Evidence& run, const DeclaredBest& declared);

struct FinalLoss {
  Reading final;
  Reading smallest;            // of the log
  bool below_the_log = false;  // below half of the smallest, whatever the digits
};
// nullopt: no train_loss, or no logged losses.
std::optional<FinalLoss> FinalLossOf(const Evidence& run);

// "step 30", else "epoch 1.0", else "?".
std::string PlaceText(const Point& point);
bool IsLossName(const std::string& metric);
bool IsScoreName(const std::string& metric);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_BEST_EVALUATION_H_
