#include "harness/audit/best_evaluation.h"

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
