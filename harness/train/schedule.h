// Learning-rate schedules by HuggingFace's names. Called by the trainer; knows no tensor.
//
// The step is counted from 0, so with warm-up the first update has learning rate 0, as in transformers.
// Source: transformers 5.23, optimization.py (linear, cosine with half a cycle, constant, constant_with_warmup).
#ifndef PLUMBLINE_HARNESS_TRAIN_SCHEDULE_H_
#define PLUMBLINE_HARNESS_TRAIN_SCHEDULE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace plumbline::train {

struct Schedule {
  std::string type = "linear";  // a name of ScheduleTypes()
  double learning_rate = 5e-5;  // the base rate, > 0
  int64_t warmup_steps = 0;     // optimizer steps
  int64_t total_steps = 0;      // optimizer steps of the whole run
};

// The names lr_scheduler_type may have, in the order shown to people.
std::vector<std::string> ScheduleTypes();

// Learning rate of the update that follows `step` finished ones. Errors: kUsage for an unknown type.
double LearningRateAt(const Schedule& schedule, int64_t step);

// warmup_steps when it is not 0, else ceil(total_steps * warmup_ratio).
int64_t ResolveWarmupSteps(int64_t warmup_steps, double warmup_ratio, int64_t total_steps);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_SCHEDULE_H_
