#include "harness/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "harness/base/error.h"
#include "harness/base/nearest.h"

namespace plumbline::train {
namespace {

// Fraction of the decaying part that is done, 0 at the end of warm-up. May pass 1 when the loop runs too long.
double Progress(const Schedule& schedule, int64_t step) {
  const int64_t decay_steps = std::max<int64_t>(1, schedule.total_steps - schedule.warmup_steps);
  return static_cast<double>(step - schedule.warmup_steps) / static_cast<double>(decay_steps);
}

double Linear(const Schedule& schedule, int64_t step) {
  const int64_t decay_steps = std::max<int64_t>(1, schedule.total_steps - schedule.warmup_steps);
  return std::max(0.0, static_cast<double>(schedule.total_steps - step) / static_cast<double>(decay_steps));
}

double Cosine(const Schedule& schedule, int64_t step) {
  return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * Progress(schedule, step))));
}

double Constant(const Schedule&, int64_t) { return 1.0; }

struct ScheduleType {
  const char* name;
  bool warms_up;
  double (*factor_after_warmup)(const Schedule&, int64_t);
};

constexpr ScheduleType kTypes[] = {
    {"linear", true, Linear},
    {"cosine", true, Cosine},
    {"constant", false, Constant},
    {"constant_with_warmup", true, Constant},
};

const ScheduleType& TypeOf(const std::string& name) {
  for (const ScheduleType& type : kTypes) {
    if (name == type.name) return type;
  }
  Fail(ErrorKind::kUsage, "choosing training.lr_scheduler_type", Quoted(name),
       "linear, cosine, constant or constant_with_warmup", NearestName(name, ScheduleTypes()));
}

}  // namespace

std::vector<std::string> ScheduleTypes() {
  std::vector<std::string> names;
  for (const ScheduleType& type : kTypes) names.emplace_back(type.name);
  return names;
}

double LearningRateAt(const Schedule& schedule, int64_t step) {
  const ScheduleType& type = TypeOf(schedule.type);
  if (type.warms_up && step < schedule.warmup_steps) {
    return schedule.learning_rate * (static_cast<double>(step) / static_cast<double>(schedule.warmup_steps));
  }
  return schedule.learning_rate * type.factor_after_warmup(schedule, step);
}

int64_t ResolveWarmupSteps(int64_t warmup_steps, double warmup_ratio, int64_t total_steps) {
  if (warmup_steps > 0) return warmup_steps;
  return static_cast<int64_t>(std::ceil(static_cast<double>(total_steps) * warmup_ratio));
}

}  // namespace plumbline::train
